{{- /* The flags that the chart sets because rights or ports hang on them, and the key that stands for each. */ -}}
{{- define "snapshot-controller.ownedFlags" -}}
leader-election: leaderElection.enabled
leader-election-namespace: leaderElection.namespace
leader-election-lease-duration: leaderElection.leaseDuration
leader-election-renew-deadline: leaderElection.renewDeadline
leader-election-retry-period: leaderElection.retryPeriod
http-endpoint: port
enable-distributed-snapshotting: distributedSnapshotting
kubeconfig: serviceAccount, whose token leads to the API server
{{- end -}}

{{- /* Fields of the pod that this chart renders. */ -}}
{{- define "snapshot-controller.podFields" -}}
[affinity, automountServiceAccountToken, containers, imagePullSecrets, nodeSelector, priorityClassName, securityContext, serviceAccountName, terminationGracePeriodSeconds, tolerations, topologySpreadConstraints]
{{- end -}}

{{- define "snapshot-controller.problems.values" -}}
{{- $image := .Values.image | default dict -}}
{{- if and (include "snapshot-controller.runs" .) (ne (.Values.implementation | default "csharp") "go") (not $image.repository) }}
image.repository: is empty: give the image of snapshot-controller, or implementation: go
{{- end }}
{{ include "snapshot-controller.internal.digestProblem" (dict "key" "image.digest" "digest" $image.digest) }}
{{- $owned := include "snapshot-controller.ownedFlags" . | fromYaml }}
{{- $args := .Values.args | default dict }}
{{- range $flag, $value := $args }}
{{- if and (hasKey $owned $flag) (not (kindIs "invalid" $value)) }}
args.{{ $flag }}: the chart sets this flag itself: use {{ get $owned $flag }}
{{- end }}
{{- end }}
{{- if hasKey (get $args "feature-gates" | default dict) "CSIVolumeGroupSnapshot" }}
args.feature-gates.CSIVolumeGroupSnapshot: the chart sets this gate itself: use groupSnapshots
{{- end }}
{{- range .Values.extraArgs }}
{{- $flag := regexReplaceAll "=.*$" (trimPrefix "-" (trimPrefix "-" .)) "" }}
{{- if and (hasKey $args $flag) (not (kindIs "invalid" (get $args $flag))) }}
extraArgs: {{ $flag }} is given in args too: take one of them out
{{- end }}
{{- end }}
{{- range $field, $value := .Values.podSpec }}
{{- if has $field (include "snapshot-controller.podFields" $ | fromYamlArray) }}
podSpec.{{ $field }}: the chart renders this field itself: use the key of its own
{{- end }}
{{- end }}
{{- if and (gt (include "snapshot-controller.replicas" . | int) 1) (not (include "snapshot-controller.elects" .)) }}
leaderElection.enabled: is false with replicas: {{ include "snapshot-controller.replicas" . }}, so every replica would act: set it to true, or replicas to 1
{{- end }}
{{- end -}}

{{- /* Ends the rendering with everything that is wrong, one line each. */ -}}
{{- define "snapshot-controller.validate" -}}
{{- $wrong := list -}}
{{- range $part := tuple "values" "crds" "others" -}}
{{- range splitList "\n" (include (printf "snapshot-controller.problems.%s" $part) $) -}}
{{- if trim . -}}{{- $wrong = append $wrong (trim .) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if $wrong -}}
{{- fail (printf "chart %s cannot be deployed with these values:\n  %s\n" .Chart.Name (join "\n  " $wrong)) -}}
{{- end -}}
{{- end -}}
