{{- /* The classes that this chart offers, as a JSON list: rights on secrets follow from them. */ -}}
{{- define "storage.classes" -}}
{{- list (dict "name" "example-fast" "parameters" (dict "tier" "fast") "allowVolumeExpansion" true "secrets" (dict "provisioner" (dict "name" "backend" "namespace" .Release.Namespace))) | toJson -}}
{{- end -}}

{{- /* First in each workload: all that is wrong with the values, in one list. */ -}}
{{- define "storage.validate" -}}
{{- include "csi-sidecars.v1.validate" (dict "root" . "classes" (include "storage.classes" . | fromJsonArray) "pods" (dict "controller" (dict "replicas" 2) "node" dict)) -}}
{{- end -}}
