{{- /* A disruption budget; dict root, side, pdb (maxUnavailable, minAvailable), selector (the side's without). */ -}}
{{- define "csi-sidecars.v1.pdb" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $pdb := .pdb | default dict }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" (dict "root" .root "side" .side "name" (printf "%s-%s" $c.fullname .side) "namespace" $c.namespace) | nindent 2 }}
spec:
  {{- if not (kindIs "invalid" $pdb.minAvailable) }}
  minAvailable: {{ include "csi-sidecars.v1.internal.scalar" $pdb.minAvailable }}
  {{- else }}
  maxUnavailable: {{ include "csi-sidecars.v1.internal.given" (list $pdb.maxUnavailable 1) }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "csi-sidecars.v1.internal.selector" . | nindent 6 }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.selector" -}}
{{- if .selector -}}{{- toYaml .selector -}}{{- else -}}{{- include "csi-sidecars.v1.selectorLabels" (dict "root" .root "side" .side) -}}{{- end -}}
{{- end -}}

{{- /* The named ports of a side that tell metrics, as a JSON list: livenessprobe's port stands on the driver's container. */ -}}
{{- define "csi-sidecars.v1.internal.metricPorts" -}}
{{- $names := list -}}
{{- $programs := .c.programs -}}
{{- range get .c.sidecars .side -}}
{{- /* The registrar serves health alone. */ -}}
{{- if ne . "registrar" -}}{{- $names = append $names (get $programs .).port -}}{{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{- /* The endpoints of a monitor; dict c, side, monitor. A sidecar's own metrics-path is its own. */ -}}
{{- define "csi-sidecars.v1.internal.endpoints" -}}
{{- $c := .c -}}
{{- $monitor := .monitor -}}
{{- range $sidecar := get $c.sidecars .side }}
{{- if ne $sidecar "registrar" }}
- port: {{ (get $c.programs $sidecar).port }}
  path: {{ (get (get $c.values $sidecar).args "metrics-path") | default (ternary "" (get $c.values.controllerArgs "metrics-path") (has $sidecar (list "clusterRegistrar" "livenessProbe"))) | default "/metrics" | quote }}
  {{- range $key := tuple "interval" "scrapeTimeout" }}
  {{- with get $monitor $key }}
  {{ $key }}: {{ quote . }}
  {{- end }}
  {{- end }}
  {{- range $key := tuple "relabelings" "metricRelabelings" }}
  {{- with get $monitor $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.monitors" -}}
{{- $monitor := get .c.values.metrics .kind -}}
{{- if and (eq ($monitor.enabled | toString) "true") (has .side ($monitor.sides | default (list "controller"))) (fromJsonArray (include "csi-sidecars.v1.internal.metricPorts" .)) -}}true{{- end -}}
{{- end -}}

{{- /* A PodMonitor of a side, where the values ask for it; dict root, side. */ -}}
{{- define "csi-sidecars.v1.podMonitor" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $monitor := $c.values.metrics.podMonitor -}}
{{- if include "csi-sidecars.v1.internal.monitors" (dict "c" $c "side" .side "kind" "podMonitor") }}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" (dict "root" .root "side" .side "name" (printf "%s-%s" $c.fullname .side) "namespace" $c.namespace "labels" $monitor.labels) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "csi-sidecars.v1.internal.selector" . | nindent 6 }}
  podMetricsEndpoints:
    {{- include "csi-sidecars.v1.internal.endpoints" (dict "c" $c "side" .side "monitor" $monitor) | trim | nindent 4 }}
{{- end -}}
{{- end -}}

{{- /* A ServiceMonitor of a side and the headless Service it needs, with one port a sidecar; dict root, side. */ -}}
{{- define "csi-sidecars.v1.serviceMonitor" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $monitor := $c.values.metrics.serviceMonitor -}}
{{- if include "csi-sidecars.v1.internal.monitors" (dict "c" $c "side" .side "kind" "serviceMonitor") }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" (dict "root" .root "side" .side "name" (printf "%s-%s-metrics" $c.fullname .side) "namespace" $c.namespace) | nindent 2 }}
spec:
  clusterIP: None
  selector:
    {{- include "csi-sidecars.v1.internal.selector" . | nindent 4 }}
  ports:
    {{- $side := .side }}
    {{- range $sidecar := get $c.sidecars .side }}
    {{- if ne $sidecar "registrar" }}
    - name: {{ (get $c.programs $sidecar).port }}
      port: {{ include "csi-sidecars.v1.internal.port" (dict "c" $c "side" $side "sidecar" $sidecar) }}
      targetPort: {{ (get $c.programs $sidecar).port }}
      protocol: TCP
    {{- end }}
    {{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" (dict "root" .root "side" .side "name" (printf "%s-%s" $c.fullname .side) "namespace" $c.namespace "labels" $monitor.labels) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "csi-sidecars.v1.selectorLabels" (dict "root" .root "side" .side) | nindent 6 }}
  endpoints:
    {{- include "csi-sidecars.v1.internal.endpoints" (dict "c" $c "side" .side "monitor" $monitor) | trim | nindent 4 }}
{{- end -}}
{{- end -}}

{{- /* A policy that lets in who may read the metrics; dict root, side, from, egress (empty is no policy for what goes out), selector. */ -}}
{{- define "csi-sidecars.v1.networkPolicy" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "csi-sidecars.v1.internal.metadata" (dict "root" .root "side" .side "name" (printf "%s-%s" $c.fullname .side) "namespace" $c.namespace) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "csi-sidecars.v1.internal.selector" . | nindent 6 }}
  policyTypes: ["Ingress"{{ if .egress }}, "Egress"{{ end }}]
  ingress:
    - ports:
        {{- range fromJsonArray (include "csi-sidecars.v1.internal.metricPorts" (dict "c" $c "side" .side)) }}
        - port: {{ . }}
          protocol: TCP
        {{- end }}
      {{- with .from }}
      from:
        {{- toYaml . | nindent 8 }}
      {{- end }}
  {{- with .egress }}
  egress:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
