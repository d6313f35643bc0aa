{{- /*
The definitions and the cluster's: which are rendered, what forbids it, what a reader has to know. A definition that was rendered once never
drops out because of what the cluster says, because Helm deletes what drops out, and with a definition every object of its kind.
*/ -}}

{{- /* The definitions of this chart by name, as JSON. */ -}}
{{- define "snapshot-controller.definitions" -}}
{{- $all := dict -}}
{{- if ne ((.Values.crds).enabled | toString) "false" -}}
{{- range $path, $_ := .Files.Glob "files/crds/*.yaml" -}}
{{- $definition := $.Files.Get $path | fromYaml -}}
{{- if or (ne $definition.spec.group "groupsnapshot.storage.k8s.io") (include "snapshot-controller.groups" $) -}}
{{- $_ := set $all $definition.metadata.name $definition -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $all -}}
{{- end -}}

{{- /* Whether the cluster may be looked at. */ -}}
{{- define "snapshot-controller.looks" -}}
{{- if ne ((.Values.checks).cluster | toString) "false" -}}
{{- if lookup "v1" "Namespace" "" "default" -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The object that says which definitions this release wrote. */ -}}
{{- define "snapshot-controller.record" -}}
{{- .Release.Name -}}-snapshot-definitions
{{- end -}}

{{- /* Their names, as a JSON list; of an upgrade alone, and by the release's name, because every other name may be changed by values. */ -}}
{{- define "snapshot-controller.written" -}}
{{- $names := list -}}
{{- if .Release.IsUpgrade -}}
{{- $record := lookup "v1" "ConfigMap" .Release.Namespace (include "snapshot-controller.record" .) -}}
{{- range splitList "\n" (($record.data).definitions | default "") -}}{{- if . -}}{{- $names = append $names . -}}{{- end -}}{{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{- /*
Whether this release wrote a definition, be it that its marks are gone: kubectl replace takes all of them off, the one that keeps Helm from deleting it too. It
stays in the release, or Helm would delete it with every object of its kind. dict root, name.
*/ -}}
{{- define "snapshot-controller.wrote" -}}
{{- if has .name (include "snapshot-controller.written" .root | fromJsonArray) -}}true{{- end -}}
{{- end -}}

{{- /* Whose the cluster's definition is: "" for none or ours, else words for its owner. dict root, live. */ -}}
{{- define "snapshot-controller.owner" -}}
{{- if .live -}}
{{- $notes := .live.metadata.annotations | default dict -}}
{{- $release := get $notes "meta.helm.sh/release-name" -}}
{{- $namespace := get $notes "meta.helm.sh/release-namespace" -}}
{{- if not $release -}}
{{- if not (include "snapshot-controller.wrote" (dict "root" .root "name" .live.metadata.name)) -}}no release{{- end -}}
{{- else if not (and (eq $release .root.Release.Name) (eq $namespace .root.Release.Namespace)) -}}release {{ $release }} in namespace {{ $namespace }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Paths of fields below a schema, one a line; dict schema, at. */ -}}
{{- define "snapshot-controller.paths" -}}
{{- $at := .at -}}
{{- range $name, $child := .schema.properties -}}
{{- printf "%s.%s\n" $at $name -}}
{{- include "snapshot-controller.paths" (dict "schema" $child "at" (printf "%s.%s" $at $name)) -}}
{{- end -}}
{{- if kindIs "map" .schema.items -}}{{- include "snapshot-controller.paths" (dict "schema" .schema.items "at" (printf "%s[]" $at)) -}}{{- end -}}
{{- if kindIs "map" .schema.additionalProperties -}}{{- include "snapshot-controller.paths" (dict "schema" .schema.additionalProperties "at" (printf "%s{}" $at)) -}}{{- end -}}
{{- end -}}

{{- /* Served versions, and the fields of each that the second definition lacks, one a line; dict has, lacks. */ -}}
{{- define "snapshot-controller.lacking" -}}
{{- $versions := dict -}}
{{- range .lacks.spec.versions -}}{{- $_ := set $versions .name . -}}{{- end -}}
{{- range .has.spec.versions -}}
{{- if .served -}}
{{- if not (hasKey $versions .name) -}}
{{- printf "version %s\n" .name -}}
{{- else -}}
{{- $known := splitList "\n" (include "snapshot-controller.paths" (dict "schema" (((get $versions .name).schema).openAPIV3Schema | default dict) "at" .name)) -}}
{{- range splitList "\n" (include "snapshot-controller.paths" (dict "schema" ((.schema).openAPIV3Schema | default dict) "at" .name)) -}}
{{- if and . (not (has . $known)) -}}{{- printf "field %s\n" . -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Names of the definitions that are rendered, as a JSON list. */ -}}
{{- define "snapshot-controller.rendered" -}}
{{- $root := . -}}
{{- $looks := include "snapshot-controller.looks" . -}}
{{- $names := list -}}
{{- range $name, $_ := include "snapshot-controller.definitions" . | fromJson -}}
{{- $live := dict -}}
{{- if $looks -}}{{- $live = lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name -}}{{- end -}}
{{- if or (not (include "snapshot-controller.owner" (dict "root" $root "live" $live))) (eq ($root.Values.crds).existing "adopt") -}}
{{- $names = append $names $name -}}
{{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{- /* What forbids to write the definitions, one a line. */ -}}
{{- define "snapshot-controller.problems.crds" -}}
{{- $root := . -}}
{{- if include "snapshot-controller.looks" . }}
{{- if ne ((.Values.crds).keep | toString) "false" }}
{{- $rendered := include "snapshot-controller.rendered" . | fromJsonArray }}
{{- range $name := include "snapshot-controller.written" . | fromJsonArray }}
{{- $live := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name }}
{{- if and $live (not (has $name $rendered)) (ne (get ($live.metadata.annotations | default dict) "helm.sh/resource-policy") "keep") }}
{{- $owner := include "snapshot-controller.owner" (dict "root" $root "live" $live) }}
crds: {{ $name }} was written by this release{{ if $owner }} and belongs to {{ $owner }} now{{ end }}; left out, Helm would delete it with every object of its kind, because somebody took off what keeps it: kubectl annotate crd {{ $name }} helm.sh/resource-policy=keep, or crds.keep: false where all of that may go
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $ours := include "snapshot-controller.definitions" . | fromJson }}
{{- $live := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name }}
{{- if $live }}
{{- $owner := include "snapshot-controller.owner" (dict "root" $root "live" $live) }}
{{- $existing := ($root.Values.crds).existing | default "leave" }}
{{- if and $owner (eq $existing "refuse") }}
crds.existing: {{ $name }} is in the cluster and belongs to {{ $owner }}: crds.existing: leave, or adopt with --take-ownership
{{- end }}
{{- if and $owner (eq $existing "adopt") (eq ((($live.spec).conversion).strategy | default "None") "Webhook") }}
crds.existing: {{ $name }} converts by a webhook of {{ $owner }}, which this definition would cut off: remove the webhook first, or crds.existing: leave
{{- end }}
{{- if and $owner (eq $existing "leave") }}
{{- $served := list }}
{{- range $live.spec.versions }}{{- if .served }}{{- $served = append $served .name }}{{- end }}{{- end }}
{{- if not (has "v1" $served) }}
crds.existing: {{ $name }} belongs to {{ $owner }} and does not serve v1, which the controller needs: have its owner upgrade it, or crds.existing: adopt with --take-ownership{{ if hasPrefix "volumegroup" $name }}, or groupSnapshots: false{{ end }}
{{- end }}
{{- else }}
{{- $known := list }}
{{- range $ours.spec.versions }}{{- $known = append $known .name }}{{- end }}
{{- range ($live.status).storedVersions }}
{{- if not (has . $known) }}
crds.enabled: {{ $name }} in the cluster has objects stored as {{ . }}, which this chart lacks: they could not be read any more: use a chart that has it, or crds.enabled: false
{{- end }}
{{- end }}
{{- $key := "csi.sidecars.dev/crd-revision" }}
{{- $theirs := get ($live.metadata.annotations | default dict) $key | default "0" | int }}
{{- $mine := get $ours.metadata.annotations $key | default "0" | int }}
{{- if gt $theirs $mine }}
crds.enabled: {{ $name }} in the cluster has revision {{ $theirs }}, this chart has {{ $mine }}: use the chart that brought it or a newer one, or crds.enabled: false
{{- end }}
{{- range $lack := splitList "\n" (include "snapshot-controller.lacking" (dict "has" $live "lacks" $ours)) }}
{{- if $lack }}
crds.enabled: {{ $name }} in the cluster has {{ $lack }}, which this chart lacks: what is written there would be lost: use a newer chart, or crds.enabled: false
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Another controller that is alive, one a line. One in our namespace has our lease, and hands over. */ -}}
{{- define "snapshot-controller.problems.others" -}}
{{- if and (include "snapshot-controller.runs" .) (ne (.Values.allowSecondController | toString) "true") (include "snapshot-controller.looks" .) }}
{{- $mine := include "snapshot-controller.leaseNamespace" . }}
{{- range (lookup "coordination.k8s.io/v1" "Lease" "" "").items }}
{{- if and (eq .metadata.name "snapshot-controller-leader") (ne .metadata.namespace $mine) (.spec).holderIdentity (.spec).renewTime }}
{{- $age := sub (now | unixEpoch | int64) (toDate "2006-01-02T15:04:05Z07:00" .spec.renewTime | unixEpoch | int64) }}
{{- if le $age (mul 2 (int64 (.spec.leaseDurationSeconds | default 15))) }}
allowSecondController: {{ .spec.holderIdentity }} holds the lease {{ .metadata.namespace }}/{{ .metadata.name }}, renewed {{ $age }} s ago, and two controllers would work against each other: remove the other, or install into its namespace, where both share the lease, or allowSecondController: true
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What a reader should know of definitions that are left to others, one a line. */ -}}
{{- define "snapshot-controller.notes.crds" -}}
{{- $root := . -}}
{{- if and (include "snapshot-controller.looks" .) (eq ((.Values.crds).existing | default "leave") "leave") }}
{{- range $name, $ours := include "snapshot-controller.definitions" . | fromJson }}
{{- $live := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name }}
{{- with include "snapshot-controller.owner" (dict "root" $root "live" $live) }}
- {{ $name }} belongs to {{ . }} and is left as it is.
{{- range $lack := splitList "\n" (include "snapshot-controller.lacking" (dict "has" $ours "lacks" $live)) }}
{{- if $lack }}
  It lacks {{ $lack }}: what the controller writes there is lost.
{{- end }}
{{- end }}
{{- if eq ((($live.spec).conversion).strategy | default "None") "Webhook" }}
  It converts by a webhook, which has to stay as long as the definition does.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
