{{- /* Whether a duration in Go's syntax is zero. */ -}}
{{- define "csi-sidecars.v1.internal.isZero" -}}
{{- if and (not (kindIs "invalid" .)) (regexMatch "^0+(\\.0*)?(ns|us|µs|ms|s|m|h)?$" (include "csi-sidecars.v1.internal.scalar" .)) -}}true{{- end -}}
{{- end -}}

{{- /*
The rights of one sidecar in the whole cluster, by what the driver can do and which features are on; dict root, c, sidecar, references (whether
it reads secrets of any class). "r3" are get, list and watch: a server that streams lists never sees a list, an older one does.
*/ -}}
{{- define "csi-sidecars.v1.internal.rules" -}}
{{- $c := .c -}}
{{- $caps := $c.caps -}}
{{- $own := get $c.values .sidecar -}}
{{- $gates := get $own.args "feature-gates" | default dict -}}
{{- $onNode := eq (get $c.side .sidecar) "node" -}}
{{- $r3 := `"get", "list", "watch"` -}}
{{- if eq .sidecar "provisioner" }}
- apiGroups: [""]
  resources: ["persistentvolumes"]
  verbs: [{{ $r3 }}, "create", "patch", "delete"]
- apiGroups: [""]
  resources: ["persistentvolumeclaims"]
  verbs: [{{ $r3 }}{{ if or $caps.clone $caps.topology $onNode }}, "update"{{ end }}]
- apiGroups: ["storage.k8s.io"]
  resources: ["storageclasses"]
  verbs: [{{ $r3 }}]
- apiGroups: [""]
  resources: ["events"]
  verbs: ["create", "patch"]
{{- if $caps.attach }}
- apiGroups: ["storage.k8s.io"]
  resources: ["volumeattachments"]
  verbs: [{{ $r3 }}]
{{- end }}
{{- if and (or $caps.topology $caps.capacity) (not $onNode) }}
- apiGroups: ["storage.k8s.io"]
  resources: ["csinodes"]
  verbs: [{{ $r3 }}]
- apiGroups: [""]
  resources: ["nodes"]
  verbs: [{{ $r3 }}]
{{- end }}
{{- if $caps.snapshot }}
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshots"]
  verbs: ["get", "update"{{ if not (include "csi-sidecars.v1.internal.isZero" (get $own.args "snapshot-orphan-sweep-interval")) }}, "list", "watch"{{ end }}]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshotcontents"]
  verbs: ["get"]
{{- end }}
{{- if and $caps.modify (ne (get $gates "VolumeAttributesClass" | toString) "false") }}
- apiGroups: ["storage.k8s.io"]
  resources: ["volumeattributesclasses"]
  verbs: ["get"]
{{- end }}
{{- if eq (get $gates "CrossNamespaceVolumeDataSource" | toString) "true" }}
- apiGroups: ["gateway.networking.k8s.io"]
  resources: ["referencegrants"]
  verbs: [{{ $r3 }}]
{{- end }}
{{- else if eq .sidecar "attacher" }}
- apiGroups: [""]
  resources: ["persistentvolumes"]
  verbs: [{{ $r3 }}, "patch"]
- apiGroups: ["storage.k8s.io"]
  resources: ["csinodes"]
  verbs: [{{ $r3 }}]
- apiGroups: ["storage.k8s.io"]
  resources: ["volumeattachments"]
  verbs: [{{ $r3 }}, "patch"]
- apiGroups: ["storage.k8s.io"]
  resources: ["volumeattachments/status"]
  verbs: ["patch"]
- apiGroups: [""]
  resources: ["events"]
  verbs: ["create", "patch"]
{{- else if eq .sidecar "snapshotter" }}
- apiGroups: [""]
  resources: ["events"]
  verbs: ["create", "patch"]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshotclasses"]
  verbs: [{{ $r3 }}]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshotcontents"]
  verbs: [{{ $r3 }}, "patch"]
- apiGroups: ["snapshot.storage.k8s.io"]
  resources: ["volumesnapshotcontents/status"]
  verbs: ["update", "patch"]
{{- if $caps.groupSnapshot }}
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshotclasses"]
  verbs: [{{ $r3 }}]
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshotcontents"]
  verbs: [{{ $r3 }}, "patch"]
- apiGroups: ["groupsnapshot.storage.k8s.io"]
  resources: ["volumegroupsnapshotcontents/status"]
  verbs: ["update", "patch"]
{{- end }}
{{- else if eq .sidecar "resizer" }}
- apiGroups: [""]
  resources: ["persistentvolumes"]
  verbs: [{{ $r3 }}, "patch"]
- apiGroups: [""]
  resources: ["persistentvolumeclaims"]
  verbs: [{{ $r3 }}]
- apiGroups: [""]
  resources: ["persistentvolumeclaims/status"]
  verbs: ["patch"]
{{- if and $caps.expand (ne (get $own.args "handle-volume-inuse-error" | toString) "false") }}
- apiGroups: [""]
  resources: ["pods"]
  verbs: [{{ $r3 }}]
{{- end }}
- apiGroups: [""]
  resources: ["events"]
  verbs: ["create", "patch"]
{{- if $caps.modify }}
- apiGroups: ["storage.k8s.io"]
  resources: ["volumeattributesclasses"]
  verbs: [{{ $r3 }}]
{{- end }}
{{- else if eq .sidecar "clusterRegistrar" }}
- apiGroups: ["storage.k8s.io"]
  resources: ["csidrivers"]
  verbs: ["create"]
- apiGroups: ["storage.k8s.io"]
  resources: ["csidrivers"]
  resourceNames: [{{ quote $c.driver }}]
  verbs: ["get", "watch"{{ if eq (get $own.args "reconcile" | toString) "true" }}, "patch"{{ end }}{{ if eq (get $own.args "delete-on-stop" | toString) "true" }}, "delete"{{ end }}]
{{- end }}
{{- if and .references (eq ($c.values.secrets.mode | default "named") "cluster") }}
- apiGroups: [""]
  resources: ["secrets"]
  verbs: ["get"]
{{- end }}
{{- with $own.clusterRules }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* The rules of one sidecar, for a vendor with roles of his own; dict root, sidecar, and the classes as in rbac. */ -}}
{{- define "csi-sidecars.v1.rules" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $reads := include "csi-sidecars.v1.internal.secretReads" (merge (dict "c" $c) .) | fromJsonArray -}}
{{- include "csi-sidecars.v1.internal.rules" (dict "root" .root "c" $c "sidecar" .sidecar "references" (include "csi-sidecars.v1.internal.hasReads" (dict "reads" $reads "sidecar" .sidecar))) | trim -}}
{{- end -}}

{{- /* A role and its binding to the account of a side; dict root, c, side, name, namespace (empty is the cluster), rules. */ -}}
{{- define "csi-sidecars.v1.internal.role" -}}
{{- $kind := ternary "Role" "ClusterRole" (not (empty .namespace)) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" . | nindent 2 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" . | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ quote .name }}
subjects:
  - kind: ServiceAccount
    name: {{ get .c.accounts .side | quote }}
    namespace: {{ quote .c.namespace }}
{{- end -}}

{{- /* The service accounts of both sides; dict root, sides (both without), driverRules (as rbac takes them). */ -}}
{{- define "csi-sidecars.v1.serviceAccounts" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- range $side := .sides | default (list "controller" "node") -}}
{{- $account := get $c.values.serviceAccount $side -}}
{{- if ne ($account.create | toString) "false" }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" (dict "root" $.root "side" $side "name" (get $c.accounts $side) "namespace" $c.namespace "labels" $account.labels "annotations" $account.annotations) | nindent 2 }}
automountServiceAccountToken: {{ get $c.automount $side }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
All roles and their bindings: one ClusterRole a sidecar, the Roles of leases, of capacity and of secrets. dict root, classes, snapshotClasses,
groupSnapshotClasses, driverRules (dict controller, node: rules of the driver itself), sides.
*/ -}}
{{- define "csi-sidecars.v1.rbac" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $root := .root -}}
{{- if ne ($c.values.rbac.create | toString) "false" -}}
{{- $reads := include "csi-sidecars.v1.internal.secretReads" (merge (dict "c" $c) .) | fromJsonArray -}}
{{- range $side := .sides | default (list "controller" "node") -}}
{{- $to := dict "root" $root "c" $c "side" $side -}}
{{- range $sidecar := get $c.sidecars $side -}}
{{- $role := (get $c.programs $sidecar).role -}}
{{- $rules := include "csi-sidecars.v1.internal.rules" (dict "root" $root "c" $c "sidecar" $sidecar "references" (include "csi-sidecars.v1.internal.hasReads" (dict "reads" $reads "sidecar" $sidecar))) | trim -}}
{{- if and $rules (ne $sidecar "livenessProbe") -}}
{{- include "csi-sidecars.v1.internal.role" (merge (dict "name" (printf "%s:%s" $c.driver $role) "rules" $rules) $to) -}}
{{- end -}}
{{- if get $c.election $sidecar -}}
{{- if hasKey $c.lease $sidecar -}}
{{- $rules := include "csi-sidecars.v1.internal.leaseRules" (dict "lease" (get $c.lease $sidecar) "events" (eq $sidecar "clusterRegistrar")) -}}
{{- include "csi-sidecars.v1.internal.role" (merge (dict "name" (printf "%s-%s-lease" $c.fullname $role) "namespace" $c.leaseNamespace "rules" $rules) $to) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $sidecar "provisioner") $c.caps.capacity -}}
{{- include "csi-sidecars.v1.internal.role" (merge (dict "name" (printf "%s-capacity" $c.fullname) "namespace" $c.namespace "rules" (include "csi-sidecars.v1.internal.capacityRules" $to)) $to) -}}
{{- end -}}
{{- end -}}
{{- with get ($.driverRules | default dict) $side -}}
{{- include "csi-sidecars.v1.internal.role" (merge (dict "name" (printf "%s:%s-driver" $c.driver $side) "rules" (toYaml .)) $to) -}}
{{- end -}}
{{- end -}}
{{- include "csi-sidecars.v1.internal.secretRoles" (dict "root" $root "c" $c "reads" $reads "sides" (.sides | default (list "controller" "node"))) -}}
{{- end -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.leaseRules" -}}
- apiGroups: ["coordination.k8s.io"]
  resources: ["leases"]
  verbs: ["create"]
- apiGroups: ["coordination.k8s.io"]
  resources: ["leases"]
  resourceNames: [{{ quote .lease }}]
  verbs: ["get", "update"]
{{- if .events }}
- apiGroups: [""]
  resources: ["events"]
  verbs: ["create", "patch"]
{{- end }}
{{- end -}}

{{- /* Capacity objects and the way up to their owner. Level 0 is the pod, 1 its controller, 2 the controller of that. */ -}}
{{- define "csi-sidecars.v1.internal.capacityRules" -}}
{{- $given := index .c.values.provisioner.args "capacity-ownerref-level" -}}
{{- $level := include "csi-sidecars.v1.internal.given" (list $given (ternary 0 2 (eq .side "node"))) | int -}}
- apiGroups: ["storage.k8s.io"]
  resources: ["csistoragecapacities"]
  verbs: ["get", "list", "watch", "create", "update", "delete"]
{{- if ge $level 0 }}
- apiGroups: [""]
  resources: ["pods"]
  verbs: ["get"]
{{- end }}
{{- if ge $level 2 }}
- apiGroups: ["apps"]
  resources: ["replicasets"]
  verbs: ["get"]
{{- end }}
{{- end -}}
