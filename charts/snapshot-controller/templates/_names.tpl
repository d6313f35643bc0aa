{{- define "snapshot-controller.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := .Values.fullnameOverride | default (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) -}}
{{- $full | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "snapshot-controller.selectorLabels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: "controller"
{{- end -}}

{{- define "snapshot-controller.labels" -}}
{{- include "snapshot-controller.internal.labels" (dict "root" .) -}}
{{- end -}}

{{- /* What is said twice counts as said last, and nothing takes the place of a selector. dict root, labels (further ones). */ -}}
{{- define "snapshot-controller.internal.labels" -}}
{{- $chart := printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- $own := dict "app.kubernetes.io/part-of" "snapshot-controller" "app.kubernetes.io/managed-by" .root.Release.Service "app.kubernetes.io/version" .root.Chart.AppVersion "helm.sh/chart" $chart -}}
{{- $all := dict -}}
{{- range $labels := list $own .root.Values.commonLabels .labels (include "snapshot-controller.selectorLabels" .root | fromYaml) -}}
{{- range $key, $value := $labels -}}{{- if not (kindIs "invalid" $value) -}}{{- $_ := set $all $key $value -}}{{- end -}}{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{- /* Head of an object; dict root, name, namespace (empty is the cluster), labels, annotations. */ -}}
{{- define "snapshot-controller.metadata" -}}
name: {{ .name | quote }}
{{- if .namespace }}
namespace: {{ .namespace | quote }}
{{- end }}
labels:
  {{- include "snapshot-controller.internal.labels" (dict "root" .root "labels" .labels) | nindent 2 }}
{{- with include "snapshot-controller.internal.overlay" (dict "below" .root.Values.commonAnnotations "above" .annotations) | fromJson }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "snapshot-controller.podLabels" -}}
{{- $all := dict -}}
{{- range $labels := list .Values.commonLabels .Values.podLabels (include "snapshot-controller.selectorLabels" . | fromYaml) -}}
{{- range $key, $value := $labels -}}{{- if not (kindIs "invalid" $value) -}}{{- $_ := set $all $key $value -}}{{- end -}}{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{- define "snapshot-controller.runs" -}}
{{- if ne ((.Values.controller).enabled | toString) "false" -}}true{{- end -}}
{{- end -}}

{{- define "snapshot-controller.elects" -}}
{{- if ne ((.Values.leaderElection).enabled | toString) "false" -}}true{{- end -}}
{{- end -}}

{{- define "snapshot-controller.groups" -}}
{{- if ne (.Values.groupSnapshots | toString) "false" -}}true{{- end -}}
{{- end -}}

{{- define "snapshot-controller.replicas" -}}
{{- if kindIs "invalid" .Values.replicas -}}2{{- else -}}{{- include "snapshot-controller.internal.scalar" .Values.replicas -}}{{- end -}}
{{- end -}}

{{- define "snapshot-controller.account" -}}
{{- $account := .Values.serviceAccount | default dict -}}
{{- $account.name | default (ternary (include "snapshot-controller.fullname" .) "default" (ne ($account.create | toString) "false")) -}}
{{- end -}}

{{- define "snapshot-controller.leaseNamespace" -}}
{{- (.Values.leaderElection).namespace | default .Release.Namespace -}}
{{- end -}}

{{- /* The tag of the Go image whose flags and rights this chart knows. */ -}}
{{- define "snapshot-controller.image" -}}
{{- $own := .Values.image | default dict -}}
{{- $go := eq (.Values.implementation | default "csharp") "go" -}}
{{- $repository := $own.repository | default (ternary "registry.k8s.io/sig-storage/snapshot-controller" "" $go) -}}
{{- $tag := $own.tag | default (ternary "v8.6.0" .Chart.AppVersion $go) -}}
{{- include "snapshot-controller.internal.reference" (dict "registry" ($own.registry | default (.Values.global).imageRegistry) "repository" $repository "tag" $tag "digest" $own.digest) -}}
{{- end -}}

{{- /* Memory as docs/benchmarks.md has it under "What the charts ask for". */ -}}
{{- define "snapshot-controller.resources" -}}
csharp: {requests: {cpu: 10m, memory: 29Mi}, limits: {memory: 131Mi}}
go: {requests: {cpu: 10m, memory: 65Mi}, limits: {memory: 867Mi}}
{{- end -}}

{{- define "snapshot-controller.args" -}}
{{- $election := .Values.leaderElection | default dict -}}
{{- $gates := dict "CSIVolumeGroupSnapshot" (eq (include "snapshot-controller.groups" .) "true") -}}
{{- $set := dict "http-endpoint" (printf ":%s" (include "snapshot-controller.internal.scalar" (.Values.port | default 8080))) "feature-gates" $gates -}}
{{- if include "snapshot-controller.elects" . -}}
{{- $_ := set $set "leader-election" true -}}
{{- $_ := set $set "leader-election-namespace" (include "snapshot-controller.leaseNamespace" .) -}}
{{- $_ := set $set "leader-election-lease-duration" ($election.leaseDuration | default nil) -}}
{{- $_ := set $set "leader-election-renew-deadline" ($election.renewDeadline | default nil) -}}
{{- $_ := set $set "leader-election-retry-period" ($election.retryPeriod | default nil) -}}
{{- if and (ne ($election.releaseOnExit | toString) "false") (eq (.Values.implementation | default "csharp") "csharp") -}}
{{- $_ := set $gates "ReleaseLeaderElectionOnExit" true -}}
{{- end -}}
{{- end -}}
{{- if eq (.Values.distributedSnapshotting | toString) "true" -}}{{- $_ := set $set "enable-distributed-snapshotting" true -}}{{- end -}}
{{- include "snapshot-controller.internal.args" (dict "layers" (list (dict "v" 2) $set .Values.args) "extra" .Values.extraArgs) -}}
{{- end -}}

{{- /* Whole seconds of a duration in Go's syntax, rounded down; fractions of a second do not count. */ -}}
{{- define "snapshot-controller.seconds" -}}
{{- $text := toString . -}}
{{- $hours := regexFind "[0-9]+h" $text | trimSuffix "h" | int -}}
{{- $minutes := regexFind "[0-9]+m([0-9]|$)" $text | regexFind "[0-9]+" | int -}}
{{- $seconds := regexFind "[0-9]+(\\.[0-9]*)?s$" (regexReplaceAll "[0-9.]+(ms|us|µs|ns)" $text "") | regexFind "[0-9]+" | int -}}
{{- add (mul $hours 3600) (mul $minutes 60) $seconds -}}
{{- end -}}

{{- /* How long it may wait for the kinds before it listens, and five seconds more. */ -}}
{{- define "snapshot-controller.waitSeconds" -}}
{{- add 5 (include "snapshot-controller.seconds" (get (.Values.args | default dict) "retry-crd-interval-max" | default "30s")) -}}
{{- end -}}

{{- define "snapshot-controller.minReadySeconds" -}}
{{- if not (kindIs "invalid" .Values.minReadySeconds) -}}
{{- include "snapshot-controller.internal.scalar" .Values.minReadySeconds -}}
{{- else -}}
{{- include "snapshot-controller.waitSeconds" . -}}
{{- end -}}
{{- end -}}
