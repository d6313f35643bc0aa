{{- /* Environment of the driver's own container, as a list; dict root, env (a map of the vendor's own). */ -}}
{{- define "csi-sidecars.v1.driver.env" -}}
{{- include "csi-sidecars.v1.internal.guard" . -}}
{{- $set := dict "CSI_ENDPOINT" "unix:///csi/csi.sock" -}}
{{- range $name, $path := dict "NODE_NAME" "spec.nodeName" "POD_NAME" "metadata.name" "POD_NAMESPACE" "metadata.namespace" -}}
{{- $_ := set $set $name (include "csi-sidecars.v1.internal.fieldRef" $path | fromJson) -}}
{{- end -}}
{{- include "csi-sidecars.v1.internal.env" (list (.env | default dict) $set) -}}
{{- end -}}

{{- /* Ports and probes of the driver's own container: livenessprobe answers there for the driver. dict root, side, hostNetwork, ports (further ones). */ -}}
{{- define "csi-sidecars.v1.driver.probes" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $probed := $c.enabled.livenessProbe -}}
{{- $at := dict "c" $c "sidecar" "livenessProbe" "side" .side "hostNetwork" (eq .hostNetwork true) "path" "/healthz" -}}
{{- if or $probed .ports }}
ports:
  {{- if $probed }}
  {{- include "csi-sidecars.v1.internal.containerPort" $at | nindent 2 }}
  {{- end }}
  {{- with .ports }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- if $probed }}
startupProbe:
  {{- include "csi-sidecars.v1.internal.httpGet" $at | nindent 2 }}
  {{- toYaml $c.values.probes.driver.startup | nindent 2 }}
livenessProbe:
  {{- include "csi-sidecars.v1.internal.httpGet" $at | nindent 2 }}
  {{- toYaml $c.values.probes.driver.liveness | nindent 2 }}
{{- end }}
{{- end -}}
