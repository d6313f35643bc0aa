{{- /* What is wrong with this chart's own values, one line each. */ -}}
{{- define "csi-driver.problems" -}}
{{- $values := .Values -}}
{{- $image := ($values.driver).image | default dict }}
{{- if not $image.repository }}
driver.image.repository: is empty: give the image of the driver
{{- end }}
{{- if not (or $image.tag $image.digest) }}
driver.image.tag: is empty: give a tag, or driver.image.digest
{{- end }}
{{ include "csi-sidecars.v1.internal.digestProblem" (dict "key" "driver.image.digest" "digest" $image.digest) }}
{{- range $side := tuple "controller" "node" }}
{{- range $name, $value := (get ($values.driver | default dict) $side | default dict).env }}
{{- if has $name (list "CSI_ENDPOINT" "NODE_NAME" "POD_NAME" "POD_NAMESPACE") }}
driver.{{ $side }}.env.{{ $name }}: the chart sets this variable itself: take it out
{{- end }}
{{- end }}
{{- range $field, $value := (get $values $side | default dict).podSpec }}
{{- if has $field (include "csi-driver.podFields" $ | fromYamlArray) }}
{{ $side }}.podSpec.{{ $field }}: the chart renders this field itself: use the key of its own
{{- end }}
{{- end }}
{{- end }}
{{- $user := include "csi-sidecars.v1.internal.user" (dict "side" "controller" "c" (include "csi-sidecars.v1.internal.context" (dict "root" .) | fromJson)) }}
{{- $driverUser := ((($values.driver).controller).securityContext).runAsUser }}
{{- if and (not (kindIs "invalid" $driverUser)) (ne (int $driverUser) (int $user)) }}
driver.controller.securityContext.runAsUser: is {{ int $driverUser }}, and csi-sidecars.security.controllerUser is {{ int $user }}: the sidecars could not write to the driver's socket: give both the same user
{{- end }}
{{- end -}}

{{- /* Fields of a pod that this chart renders. */ -}}
{{- define "csi-driver.podFields" -}}
[affinity, automountServiceAccountToken, containers, dnsPolicy, hostNetwork, hostPID, imagePullSecrets, initContainers, nodeSelector, priorityClassName, securityContext, serviceAccountName, terminationGracePeriodSeconds, tolerations, topologySpreadConstraints, volumes]
{{- end -}}

{{- define "csi-driver.validate" -}}
{{- $controller := .Values.controller | default dict -}}
{{- $node := .Values.node | default dict -}}
{{- $pods := dict -}}
{{- $replicas := ternary 2 $controller.replicas (kindIs "invalid" $controller.replicas) -}}
{{- if ne ($controller.enabled | toString) "false" -}}{{- $_ := set $pods "controller" (dict "hostNetwork" (eq ($controller.hostNetwork | toString) "true") "replicas" $replicas "ports" ((.Values.driver).controller).ports) -}}{{- end -}}
{{- if ne ($node.enabled | toString) "false" -}}{{- $_ := set $pods "node" (dict "hostNetwork" (eq ($node.hostNetwork | toString) "true") "ports" ((.Values.driver).node).ports) -}}{{- end -}}
{{- include "csi-sidecars.v1.validate" (dict "root" . "classes" .Values.storageClasses "snapshotClasses" .Values.volumeSnapshotClasses "groupSnapshotClasses" .Values.volumeGroupSnapshotClasses "attributesClasses" .Values.volumeAttributesClasses "pods" $pods "messages" (splitList "\n" (include "csi-driver.problems" .))) -}}
{{- end -}}

{{- /* The sides that are deployed, as a JSON list. */ -}}
{{- define "csi-driver.sides" -}}
{{- $sides := list -}}
{{- range $side := tuple "controller" "node" -}}
{{- if ne ((get $.Values $side | default dict).enabled | toString) "false" -}}{{- $sides = append $sides $side -}}{{- end -}}
{{- end -}}
{{- toJson $sides -}}
{{- end -}}

{{- /* The driver's own container; dict root, side, pod (values of the side). */ -}}
{{- define "csi-driver.container" -}}
{{- $root := .root -}}
{{- $image := $root.Values.driver.image -}}
{{- $own := get $root.Values.driver .side | default dict -}}
{{- $at := dict "root" $root "side" .side "hostNetwork" (eq (.pod.hostNetwork | toString) "true") "ports" $own.ports "env" $own.env -}}
- name: driver
  image: {{ include "csi-sidecars.v1.internal.reference" (dict "registry" ($image.registry | default ($root.Values.global).imageRegistry) "repository" $image.repository "tag" $image.tag "digest" $image.digest) | quote }}
  imagePullPolicy: {{ $image.pullPolicy | default "IfNotPresent" }}
  {{- with $own.command }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with concat ($root.Values.driver.args | default list) ($own.args | default list) }}
  args:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  env:
    {{- include "csi-sidecars.v1.driver.env" $at | nindent 4 }}
  {{- with $own.envFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "csi-sidecars.v1.driver.probes" $at | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with $own.lifecycle }}
  lifecycle:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "csi-driver.securityContext" . | nindent 4 }}
  volumeMounts:
    {{- include "csi-sidecars.v1.driver.volumeMounts" $at | nindent 4 }}
    {{- if eq .side "node" }}
    {{- with include "csi-driver.node.mounts" (dict "root" $root "pod" .pod) | fromYaml }}
    {{- with .mounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
    {{- end }}
    {{- with $own.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- /* On nodes the driver mounts and is privileged; beside the controller it has no more than its sidecars. */ -}}
{{- define "csi-driver.securityContext" -}}
{{- $own := (get .root.Values.driver .side | default dict).securityContext -}}
{{- $base := dict "privileged" true -}}
{{- if eq .side "controller" -}}
{{- $user := include "csi-sidecars.v1.internal.user" (dict "side" "controller" "c" (include "csi-sidecars.v1.internal.context" (dict "root" .root) | fromJson)) | int -}}
{{- $base = dict "allowPrivilegeEscalation" false "runAsUser" $user "capabilities" (dict "drop" (list "ALL")) "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- end -}}
{{- include "csi-sidecars.v1.internal.securityContext" (dict "below" $base "above" $own) -}}
{{- end -}}

{{- define "csi-driver.podSecurityContext" -}}
{{- $base := dict -}}
{{- if eq .side "controller" -}}
{{- $user := include "csi-sidecars.v1.internal.user" (dict "side" "controller" "c" (include "csi-sidecars.v1.internal.context" (dict "root" .root) | fromJson)) | int -}}
{{- $base = dict "runAsNonRoot" (ne $user 0) "runAsUser" $user "runAsGroup" $user "fsGroup" $user "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- end -}}
{{- include "csi-sidecars.v1.internal.overlay" (dict "below" $base "above" .pod.podSecurityContext) -}}
{{- end -}}

{{- /* Folders of the node as volumes and mounts. */ -}}
{{- define "csi-driver.node.mounts" -}}
{{- $kubelet := (include "csi-sidecars.v1.internal.context" (dict "root" .root) | fromJson).kubeletDir -}}
{{- $wanted := .pod.mounts | default dict -}}
{{- $mounts := list -}}
{{- $volumes := list -}}
{{- range $item := list
  (dict "key" "kubelet" "name" "kubelet-dir" "path" $kubelet "type" "Directory" "propagation" "Bidirectional")
  (dict "key" "dev" "name" "dev-dir" "path" "/dev" "type" "Directory")
  (dict "key" "sys" "name" "sys-dir" "path" "/sys" "type" "Directory")
  (dict "key" "modules" "name" "modules-dir" "path" "/lib/modules" "type" "Directory" "readOnly" true)
  (dict "key" "selinux" "name" "selinux-config-dir" "path" "/etc/selinux" "type" "DirectoryOrCreate" "readOnly" true)
  (dict "key" "selinux" "name" "selinux-dir" "path" "/sys/fs/selinux" "type" "DirectoryOrCreate") -}}
{{- $on := get $wanted $item.key | toString -}}
{{- if or (eq $on "true") (and (ne $on "false") (has $item.key (list "kubelet" "dev"))) -}}
{{- $mount := dict "name" $item.name "mountPath" $item.path -}}
{{- with $item.propagation -}}{{- $_ := set $mount "mountPropagation" . -}}{{- end -}}
{{- if $item.readOnly -}}{{- $_ := set $mount "readOnly" true -}}{{- end -}}
{{- $mounts = append $mounts $mount -}}
{{- $volumes = append $volumes (dict "name" $item.name "hostPath" (dict "path" $item.path "type" $item.type)) -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "mounts" $mounts "volumes" $volumes) -}}
{{- end -}}

{{- /* The pod of a side; dict root, side, pod. */ -}}
{{- define "csi-driver.pod" -}}
{{- $root := .root -}}
{{- $pod := .pod -}}
{{- $side := .side -}}
{{- $hostNetwork := eq ($pod.hostNetwork | toString) "true" -}}
{{- $names := include "csi-sidecars.v1.names" (dict "root" $root "side" $side) | fromYaml -}}
metadata:
  labels:
    {{- include "csi-sidecars.v1.internal.podLabels" (dict "root" $root "side" $side "labels" $pod.podLabels) | nindent 4 }}
  {{- $annotations := include "csi-sidecars.v1.internal.overlay" (dict "below" (dict "kubectl.kubernetes.io/default-container" "driver") "above" $pod.podAnnotations) | fromJson }}
  annotations:
    {{- toYaml $annotations | nindent 4 }}
spec:
  serviceAccountName: {{ quote $names.serviceAccount }}
  automountServiceAccountToken: {{ $names.automount }}
  {{- with $pod.priorityClassName }}
  priorityClassName: {{ quote . }}
  {{- end }}
  {{- with include "csi-sidecars.v1.imagePullSecrets" (dict "root" $root) }}
  imagePullSecrets:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "csi-driver.podSecurityContext" . | fromJson }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- with $pod.dnsPolicy | default (ternary "ClusterFirstWithHostNet" "" $hostNetwork) }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- if eq ($pod.hostPID | toString) "true" }}
  hostPID: true
  {{- end }}
  nodeSelector:
    {{- include "csi-sidecars.v1.internal.overlay" (dict "below" ($pod.nodeSelector | default dict) "above" (dict "kubernetes.io/os" "linux")) | fromJson | toYaml | nindent 4 }}
  {{- with $pod.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $pod.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if eq $side "controller" }}
  {{- with include "csi-sidecars.v1.internal.spread" (dict "selector" (include "csi-sidecars.v1.selectorLabels" (dict "root" $root "side" $side) | fromYaml) "mode" $pod.topologySpread "constraints" $pod.topologySpreadConstraints) }}
  topologySpreadConstraints:
    {{- . | nindent 4 }}
  {{- end }}
  {{- end }}
  terminationGracePeriodSeconds: {{ include "csi-sidecars.v1.internal.given" (list $pod.terminationGracePeriodSeconds 30) }}
  {{- with $pod.podSpec }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with $pod.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- include "csi-driver.container" . | nindent 4 }}
    {{- with include (printf "csi-sidecars.v1.%s.containers" $side) (dict "root" $root "hostNetwork" $hostNetwork) }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with $pod.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include (printf "csi-sidecars.v1.%s.volumes" $side) (dict "root" $root) | nindent 4 }}
    {{- if eq $side "node" }}
    {{- with (include "csi-driver.node.mounts" (dict "root" $root "pod" $pod) | fromYaml).volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
    {{- with $pod.volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
