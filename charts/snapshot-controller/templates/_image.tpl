{{- /*
References of images. The file in charts/csi-sidecars is the source, the one in charts/snapshot-controller its copy with another prefix of names (eng/charts.sh).
*/ -}}

{{- /* repository[:tag][@digest]; dict repository, registry (in place of the host), tag, digest (drops the tag). */ -}}
{{- define "snapshot-controller.internal.reference" -}}
{{- $repository := .repository -}}
{{- if .registry -}}
{{- $parts := splitList "/" $repository -}}
{{- $host := first $parts -}}
{{- if and (gt (len $parts) 1) (or (contains "." $host) (contains ":" $host) (eq $host "localhost")) -}}
{{- $repository = join "/" (rest $parts) -}}
{{- end -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .registry) $repository -}}
{{- end -}}
{{- if .digest -}}
{{- printf "%s@%s" $repository .digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (include "snapshot-controller.internal.scalar" .tag) -}}
{{- end -}}
{{- end -}}

{{- /* Why a digest is none, as a line, or nothing; dict key, digest. */ -}}
{{- define "snapshot-controller.internal.digestProblem" -}}
{{- if and .digest (not (regexMatch "^sha256:[0-9a-f]{64}$" (toString .digest))) -}}
{{- printf "%s: %q is no digest: it is sha256: and 64 hexadecimal digits" .key (toString .digest) -}}
{{- end -}}
{{- end -}}

{{- /* Names of pull secrets without doubles, as a YAML list; a list of lists of {name}. */ -}}
{{- define "snapshot-controller.internal.pullSecrets" -}}
{{- $names := list -}}
{{- range . -}}{{- range . -}}
{{- if kindIs "map" . -}}{{- $names = append $names .name -}}{{- else -}}{{- $names = append $names . -}}{{- end -}}
{{- end -}}{{- end -}}
{{- range $names | uniq }}
- name: {{ quote . }}
{{- end -}}
{{- end -}}
