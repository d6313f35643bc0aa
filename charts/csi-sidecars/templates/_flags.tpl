{{- /*
How values become command lines. The file in charts/csi-sidecars is the source, the one in charts/snapshot-controller its copy with another prefix of names (eng/charts.sh).
*/ -}}

{{- /* A value as text. Numbers of a file are floats to Helm, which would print 5000000 as 5e+06. */ -}}
{{- define "csi-sidecars.v1.internal.scalar" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{- /* The text behind the equals sign of a flag. dict name, value. */ -}}
{{- define "csi-sidecars.v1.internal.flagValue" -}}
{{- $items := list -}}
{{- if kindIs "slice" .value -}}
{{- range .value -}}{{- $items = append $items (include "csi-sidecars.v1.internal.scalar" .) -}}{{- end -}}
{{- join "," $items -}}
{{- else if kindIs "map" .value -}}
{{- $sign := ternary "=" ":" (eq .name "feature-gates") -}}
{{- range $key, $value := .value -}}
{{- if not (kindIs "invalid" $value) -}}{{- $items = append $items (printf "%s%s%s" $key $sign (include "csi-sidecars.v1.internal.scalar" $value)) -}}{{- end -}}
{{- end -}}
{{- join "," $items -}}
{{- else -}}
{{- include "csi-sidecars.v1.internal.scalar" .value -}}
{{- end -}}
{{- end -}}

{{- /* A command line as a YAML list, sorted by flag; feature gates of all layers are one flag. dict layers (the later wins), extra. */ -}}
{{- define "csi-sidecars.v1.internal.args" -}}
{{- $all := dict -}}
{{- $gates := dict -}}
{{- range .layers -}}
{{- range $name, $value := . -}}
{{- if ne $name "feature-gates" -}}
{{- $_ := set $all $name $value -}}
{{- else if kindIs "map" $value -}}
{{- range $gate, $on := $value -}}{{- $_ := set $gates $gate $on -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set $all "feature-gates" $gates -}}
{{- $lines := list -}}
{{- range $name := keys $all | sortAlpha -}}
{{- $value := get $all $name -}}
{{- $text := include "csi-sidecars.v1.internal.flagValue" (dict "name" $name "value" $value) -}}
{{- if not (or (kindIs "invalid" $value) (and (kindIs "map" $value) (eq $text ""))) -}}
{{- $lines = append $lines (printf "- %s" (printf "--%s=%s" $name $text | quote)) -}}
{{- end -}}
{{- end -}}
{{- range .extra -}}{{- $lines = append $lines (printf "- %s" (quote .)) -}}{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}

{{- /* Environment variables as a YAML list, from maps of name to text or to an object with valueFrom. The later map wins. */ -}}
{{- define "csi-sidecars.v1.internal.env" -}}
{{- $all := dict -}}
{{- range . -}}{{- range $name, $value := . -}}{{- $_ := set $all $name $value -}}{{- end -}}{{- end -}}
{{- $items := list -}}
{{- range $name := keys $all | sortAlpha -}}
{{- $value := get $all $name -}}
{{- if kindIs "map" $value -}}
{{- $items = append $items (merge (dict "name" $name) $value) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $items = append $items (dict "name" $name "value" (include "csi-sidecars.v1.internal.scalar" $value)) -}}
{{- end -}}
{{- end -}}
{{- if $items -}}{{- toYaml $items -}}{{- end -}}
{{- end -}}

{{- /* The second map laid over the first, key by key and in depth, as JSON. Helm's own merge takes false and 0 for unset. */ -}}
{{- define "csi-sidecars.v1.internal.overlay" -}}
{{- $result := deepCopy (.below | default dict) -}}
{{- range $key, $value := .above -}}
{{- $old := get $result $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $old) -}}
{{- $_ := set $result $key (include "csi-sidecars.v1.internal.overlay" (dict "below" $old "above" $value) | fromJson) -}}
{{- else if kindIs "invalid" $value -}}
{{- $_ := unset $result $key -}}
{{- else -}}
{{- $_ := set $result $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $result -}}
{{- end -}}

{{- /* A security context that the API server takes: nothing may forbid a privileged container to gain privileges. */ -}}
{{- define "csi-sidecars.v1.internal.securityContext" -}}
{{- $context := include "csi-sidecars.v1.internal.overlay" . | fromJson -}}
{{- if and $context.privileged (not (hasKey (.above | default dict) "allowPrivilegeEscalation")) -}}
{{- $_ := unset $context "allowPrivilegeEscalation" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}
