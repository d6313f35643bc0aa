{{- /* What attachRequired and storageCapacity come to, as JSON. */ -}}
{{- define "csi-sidecars.v1.internal.csiDriverSpec" -}}
{{- $given := .c.values.csiDriver -}}
{{- $spec := dict "attachRequired" .c.caps.attach "storageCapacity" .c.caps.capacity -}}
{{- range $key := tuple "attachRequired" "storageCapacity" "podInfoOnMount" "fsGroupPolicy" "volumeLifecycleModes" "tokenRequests" "requiresRepublish" "seLinuxMount" "nodeAllocatableUpdatePeriodSeconds" "serviceAccountTokenInSecrets" "preventPodSchedulingIfMissing" -}}
{{- $value := get $given $key -}}
{{- if and (hasKey $given $key) (not (kindIs "invalid" $value)) -}}{{- $_ := set $spec $key $value -}}{{- end -}}
{{- end -}}
{{- toJson $spec -}}
{{- end -}}

{{- /* Whether the chart makes the CSIDriver. */ -}}
{{- define "csi-sidecars.v1.internal.makesCsiDriver" -}}
{{- if ne (.c.values.csiDriver.create | toString) "false" -}}true{{- end -}}
{{- end -}}

{{- define "csi-sidecars.v1.csiDriver" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- if include "csi-sidecars.v1.internal.makesCsiDriver" (dict "c" $c) }}
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" (dict "root" .root "name" $c.driver "keep" $c.values.csiDriver.keep) | nindent 2 }}
spec:
  {{- include "csi-sidecars.v1.internal.csiDriverSpec" (dict "c" $c) | fromJson | toYaml | nindent 2 }}
{{- end -}}
{{- end -}}
