{{- /* Kinds of secrets a class may name: the words in its parameters, and the sidecars that read it (the kubelet reads the others by itself). */ -}}
{{- define "csi-sidecars.v1.internal.secretKinds" -}}
provisioner: {parameter: provisioner-secret, sidecars: [provisioner]}
controllerPublish: {parameter: controller-publish-secret, sidecars: [attacher]}
controllerExpand: {parameter: controller-expand-secret, sidecars: [resizer]}
controllerModify: {parameter: controller-modify-secret, sidecars: [resizer]}
nodeStage: {parameter: node-stage-secret, sidecars: []}
nodePublish: {parameter: node-publish-secret, sidecars: []}
nodeExpand: {parameter: node-expand-secret, sidecars: []}
default: {parameter: secret, sidecars: [provisioner, attacher, resizer]}
snapshotter: {parameter: snapshotter-secret, sidecars: [snapshotter]}
snapshotterList: {parameter: snapshotter-list-secret, sidecars: [snapshotter]}
groupSnapshotter: {parameter: group-snapshotter-secret, sidecars: [snapshotter]}
groupSnapshotterList: {parameter: group-snapshotter-list-secret, sidecars: [snapshotter]}
groupSnapshotterGet: {parameter: group-snapshotter-get-secret, sidecars: [snapshotter]}
{{- end -}}

{{- /* The parameters of a class with its secrets among them, as YAML; dict parameters, secrets. */ -}}
{{- define "csi-sidecars.v1.internal.parameters" -}}
{{- $kinds := include "csi-sidecars.v1.internal.secretKinds" . | fromYaml -}}
{{- $all := dict -}}
{{- range $key, $value := .parameters -}}
{{- if not (kindIs "invalid" $value) -}}{{- $_ := set $all $key (include "csi-sidecars.v1.internal.scalar" $value) -}}{{- end -}}
{{- end -}}
{{- range $kind, $secret := .secrets -}}
{{- if $secret -}}
{{- $word := (get $kinds $kind).parameter -}}
{{- $_ := set $all (printf "csi.storage.k8s.io/%s-name" $word) $secret.name -}}
{{- $_ := set $all (printf "csi.storage.k8s.io/%s-namespace" $word) $secret.namespace -}}
{{- end -}}
{{- end -}}
{{- if $all -}}{{- toYaml $all -}}{{- end -}}
{{- end -}}

{{- /*
Who reads which secret, as a JSON list of {namespace, name, side, sidecar, from}; an empty name is every secret of the namespace. dict root, c,
classes, snapshotClasses, groupSnapshotClasses.
*/ -}}
{{- define "csi-sidecars.v1.internal.secretReads" -}}
{{- $c := .c -}}
{{- $kinds := include "csi-sidecars.v1.internal.secretKinds" . | fromYaml -}}
{{- $reads := list -}}
{{- range $list := tuple "classes" "snapshotClasses" "groupSnapshotClasses" -}}
{{- range $class := get $ $list | default list -}}
{{- range $kind, $secret := ($class).secrets -}}
{{- if $secret -}}
{{- range $sidecar := (get $kinds $kind).sidecars -}}
{{- if get $c.enabled $sidecar -}}
{{- $name := ternary "" $secret.name (contains "${" $secret.name) -}}
{{- $reads = append $reads (dict "namespace" $secret.namespace "name" $name "side" (get $c.side $sidecar) "sidecar" $sidecar "class" $class.name "kind" $kind) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $ref := $c.values.secrets.refs -}}
{{- range $sidecar := $ref.sidecars -}}
{{- if get $c.enabled $sidecar -}}
{{- range $name := $ref.names | default (list "") -}}
{{- $reads = append $reads (dict "namespace" $ref.namespace "name" $name "side" (get $c.side $sidecar) "sidecar" $sidecar) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $reads -}}
{{- end -}}

{{- /* "true" where a sidecar reads any secret; dict reads, sidecar. */ -}}
{{- define "csi-sidecars.v1.internal.hasReads" -}}
{{- $found := "" -}}
{{- range .reads -}}{{- if eq .sidecar $.sidecar -}}{{- $found = "true" -}}{{- end -}}{{- end -}}
{{- $found -}}
{{- end -}}

{{- /* In mode named, one Role for each namespace and side, which names the secrets. */ -}}
{{- define "csi-sidecars.v1.internal.secretRoles" -}}
{{- $c := .c -}}
{{- if eq ($c.values.secrets.mode | default "named") "named" -}}
{{- range $side := .sides -}}
{{- $namespaces := dict -}}
{{- range $read := $.reads -}}
{{- if and (eq $read.side $side) (not (contains "${" $read.namespace)) -}}
{{- $_ := set $namespaces $read.namespace (append (get $namespaces $read.namespace | default list) $read.name) -}}
{{- end -}}
{{- end -}}
{{- range $namespace := keys $namespaces | sortAlpha -}}
{{- $names := get $namespaces $namespace | uniq | sortAlpha -}}
{{- $rule := dict "apiGroups" (list "") "resources" (list "secrets") "verbs" (list "get") -}}
{{- if not (has "" $names) -}}{{- $_ := set $rule "resourceNames" $names -}}{{- end -}}
{{- $name := printf "%s:%s" $c.driver (ternary "secrets" "node-secrets" (eq $side "controller")) -}}
{{- include "csi-sidecars.v1.internal.role" (dict "root" $.root "c" $c "side" $side "name" $name "namespace" $namespace "rules" (toYaml (list $rule))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
