{{- /*
Replicas on different nodes. The file in charts/csi-sidecars is the source, the one in charts/snapshot-controller its copy with another prefix of names (eng/charts.sh).
*/ -}}

{{- /* Spread constraints, or nothing; dict selector, mode (soft, hard, off), constraints (in its place; a missing labelSelector is filled in). */ -}}
{{- define "snapshot-controller.internal.spread" -}}
{{- $selector := dict "matchLabels" .selector -}}
{{- $constraints := list -}}
{{- range .constraints -}}
{{- $one := deepCopy . -}}
{{- if not (hasKey $one "labelSelector") -}}{{- $_ := set $one "labelSelector" $selector -}}{{- end -}}
{{- $constraints = append $constraints $one -}}
{{- end -}}
{{- $mode := .mode | toString -}}
{{- /* YAML 1.1 reads off as false. */ -}}
{{- if and (not $constraints) (not (has $mode (list "off" "false"))) -}}
{{- $constraints = list (dict "maxSkew" 1 "topologyKey" "kubernetes.io/hostname" "whenUnsatisfiable" (ternary "DoNotSchedule" "ScheduleAnyway" (eq $mode "hard")) "labelSelector" $selector) -}}
{{- end -}}
{{- if $constraints -}}{{- toYaml $constraints -}}{{- end -}}
{{- end -}}
