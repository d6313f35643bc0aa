{{- /* The controller's rights in the whole cluster, by feature. */ -}}
{{- define "snapshot-controller.rules" -}}
{{- $groups := include "snapshot-controller.groups" . -}}
{{- $r3 := `"get", "list", "watch"` -}}
- apiGroups: [""]
  resources: ["persistentvolumes"]
  verbs: [{{ $r3 }}]
- apiGroups: [""]
  resources: ["persistentvolumeclaims"]
  verbs: [{{ $r3 }}, "update"]
- apiGroups: [""]
  resources: ["events"]
  verbs: ["create", "patch"]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshotclasses"]
  verbs: [{{ $r3 }}]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshotcontents"]
  verbs: [{{ $r3 }}, "create", "delete", "patch"]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshots"]
  verbs: [{{ $r3 }}, "update", "patch"{{ if $groups }}, "create", "delete"{{ end }}]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshots/status"]
  verbs: ["update", "patch"]
{{- if $groups }}
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshotcontents/status"]
  verbs: ["patch"]
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshotclasses"]
  verbs: [{{ $r3 }}]
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshotcontents"]
  verbs: [{{ $r3 }}, "create", "delete", "patch"]
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshotcontents/status"]
  verbs: ["patch"]
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshots"]
  verbs: [{{ $r3 }}, "update", "patch"]
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshots/status"]
  verbs: ["update", "patch"]
{{- end }}
{{- if eq (.Values.distributedSnapshotting | toString) "true" }}
- apiGroups: [""]
  resources: ["nodes"]
  verbs: [{{ $r3 }}]
{{- end }}
{{- with .Values.clusterRules }}
{{ toYaml . }}
{{- end }}
{{- end -}}
