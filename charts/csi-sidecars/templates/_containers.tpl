{{- /* The layers of a sidecar's command line: what all have, what controllers have, what the chart decides, what the user says. dict c, sidecar, side, hostNetwork. */ -}}
{{- define "csi-sidecars.v1.internal.sidecarArgs" -}}
{{- $c := .c -}}
{{- $own := get $c.values .sidecar -}}
{{- $election := $c.values.leaderElection -}}
{{- $set := dict "csi-address" "/csi/csi.sock" "http-endpoint" (include "csi-sidecars.v1.internal.endpoint" .) -}}
{{- $gates := dict -}}
{{- if eq .sidecar "snapshotter" -}}{{- $_ := set $gates "CSIVolumeGroupSnapshot" (and $c.caps.groupSnapshot (eq .side "controller")) -}}{{- end -}}
{{- if get $c.election .sidecar -}}
{{- $_ := set $set "leader-election" true -}}
{{- $_ := set $set "leader-election-namespace" $c.leaseNamespace -}}
{{- $_ := set $set "leader-election-lease-duration" ($election.leaseDuration | default nil) -}}
{{- $_ := set $set "leader-election-renew-deadline" ($election.renewDeadline | default nil) -}}
{{- $_ := set $set "leader-election-retry-period" ($election.retryPeriod | default nil) -}}
{{- if ne .sidecar "clusterRegistrar" -}}{{- $_ := set $set "leader-election-labels" $election.labels -}}{{- end -}}
{{- if and (ne ($election.releaseOnExit | toString) "false") (eq ($own.implementation | default "csharp") "csharp") -}}
{{- $_ := set $gates "ReleaseLeaderElectionOnExit" true -}}
{{- end -}}
{{- end -}}
{{- $_ := set $set "feature-gates" $gates -}}
{{- if and (has .sidecar (list "provisioner" "snapshotter")) (eq .side "node") -}}{{- $_ := set $set "node-deployment" true -}}{{- end -}}
{{- if and (eq .sidecar "provisioner") $c.caps.capacity -}}
{{- $_ := set $set "enable-capacity" true -}}
{{- $_ := set $set "capacity-ownerref-level" (ternary 0 2 (eq .side "node")) -}}
{{- end -}}
{{- if eq .sidecar "registrar" -}}
{{- $_ := set $set "kubelet-registration-path" (printf "%s/plugins/%s/csi.sock" $c.kubeletDir $c.driver) -}}
{{- end -}}
{{- if eq .sidecar "livenessProbe" -}}
{{- $timeout := $c.values.probes.driver.liveness.timeoutSeconds | default 5 | int -}}
{{- $_ := set $set "probe-timeout" (printf "%ds" (max 1 (sub $timeout 1))) -}}
{{- end -}}
{{- $controllers := dict -}}
{{- if has .sidecar (list "provisioner" "attacher" "snapshotter" "resizer") -}}{{- $controllers = $c.values.controllerArgs -}}{{- end -}}
{{- include "csi-sidecars.v1.internal.args" (dict "layers" (list $c.values.commonArgs $controllers $set $own.args) "extra" $own.extraArgs) -}}
{{- end -}}

{{- /* The port of a sidecar. */ -}}
{{- define "csi-sidecars.v1.internal.port" -}}
{{- include "csi-sidecars.v1.internal.scalar" (get (get .c.ports .side) (ternary "liveness" .sidecar (eq .sidecar "livenessProbe"))) -}}
{{- end -}}

{{- /* The address a side serves on: empty is all of them. On the network of the node nobody else has a use for it. */ -}}
{{- define "csi-sidecars.v1.internal.bind" -}}
{{- if eq .side "node" -}}{{- .c.values.ports.node.bind | default (ternary "127.0.0.1" "" (eq .hostNetwork true)) -}}{{- end -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.endpoint" -}}
{{- $bind := include "csi-sidecars.v1.internal.bind" . -}}
{{- printf "%s:%s" (ternary (printf "[%s]" $bind) $bind (contains ":" $bind)) (include "csi-sidecars.v1.internal.port" .) -}}
{{- end -}}

{{- /* The declared port; on the network of the node the API server keeps two pods with one port apart by it. */ -}}
{{- define "csi-sidecars.v1.internal.containerPort" -}}
{{- $bind := include "csi-sidecars.v1.internal.bind" . -}}
- name: {{ (get .c.programs .sidecar).port }}
  containerPort: {{ include "csi-sidecars.v1.internal.port" . }}
  {{- if and .hostNetwork $bind }}
  hostIP: {{ quote $bind }}
  {{- end }}
  protocol: TCP
{{- end -}}

{{- /* What a probe asks; dict c, sidecar, side, hostNetwork, path. */ -}}
{{- define "csi-sidecars.v1.internal.httpGet" -}}
{{- $bind := include "csi-sidecars.v1.internal.bind" . -}}
httpGet:
  path: {{ .path }}
  port: {{ (get .c.programs .sidecar).port }}
  {{- if and .hostNetwork $bind (not (has $bind (list "0.0.0.0" "::"))) }}
  host: {{ quote $bind }}
  {{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.fieldRef" -}}
{{- dict "valueFrom" (dict "fieldRef" (dict "fieldPath" .)) | toJson -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.sidecarEnv" -}}
{{- $set := dict -}}
{{- if and (eq .sidecar "provisioner") .c.caps.capacity -}}
{{- $_ := set $set "NAMESPACE" (include "csi-sidecars.v1.internal.fieldRef" "metadata.namespace" | fromJson) -}}
{{- $_ := set $set "POD_NAME" (include "csi-sidecars.v1.internal.fieldRef" "metadata.name" | fromJson) -}}
{{- end -}}
{{- if and (has .sidecar (list "provisioner" "snapshotter")) (eq .side "node") -}}
{{- $_ := set $set "NODE_NAME" (include "csi-sidecars.v1.internal.fieldRef" "spec.nodeName" | fromJson) -}}
{{- end -}}
{{- include "csi-sidecars.v1.internal.env" (list $set (get .c.values .sidecar).env) -}}
{{- end -}}

{{- /* The security context of a sidecar: no more than a file and a socket asks for. */ -}}
{{- define "csi-sidecars.v1.internal.sidecarSecurity" -}}
{{- $security := .c.values.security -}}
{{- $user := include "csi-sidecars.v1.internal.user" . | int -}}
{{- $base := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "runAsUser" $user "capabilities" (dict "drop" (list "ALL")) "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- if ne $user 0 -}}{{- $_ := set $base "runAsNonRoot" true -}}{{- end -}}
{{- $besidePrivileged := or (eq .side "node") (include "csi-sidecars.v1.internal.vendor" (dict "root" .root "path" (list "driver" "controller" "securityContext" "privileged")) | fromYaml).value -}}
{{- if $besidePrivileged -}}
{{- if $security.seLinuxType -}}{{- $_ := set $base "seLinuxOptions" (dict "type" $security.seLinuxType) -}}{{- end -}}
{{- if $security.privileged -}}{{- $_ := set $base "privileged" true -}}{{- end -}}
{{- end -}}
{{- include "csi-sidecars.v1.internal.securityContext" (dict "below" $base "above" (get .c.values .sidecar).securityContext) -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.user" -}}
{{- include "csi-sidecars.v1.internal.given" (list (index .c.values.security (printf "%sUser" .side)) (ternary 0 65532 (eq .side "node"))) -}}
{{- end -}}

{{- /* The chart's own probe of a sidecar, or nothing; the driver's container carries livenessProbe's. */ -}}
{{- define "csi-sidecars.v1.internal.sidecarProbe" -}}
{{- $own := (get .c.values .sidecar).livenessProbe -}}
{{- if $own -}}
{{- toYaml $own -}}
{{- else if get .c.election .sidecar -}}
{{- include "csi-sidecars.v1.internal.httpGet" (merge (dict "path" "/healthz/leader-election") .) }}
{{ toYaml .c.values.probes.controller }}
{{- else if eq .sidecar "registrar" -}}
{{- include "csi-sidecars.v1.internal.httpGet" (merge (dict "path" "/healthz") .) }}
{{ toYaml .c.values.probes.registrar }}
{{- end -}}
{{- end -}}

{{- /*
What a container asks for. Memory as docs/benchmarks.md has it under "What the charts ask for"; no limit of processor time, which only makes a
controller late.
*/ -}}
{{- define "csi-sidecars.v1.internal.resources" -}}
csharp:
  provisioner: {requests: {cpu: 10m, memory: 31Mi}, limits: {memory: 69Mi}}
  attacher: {requests: {cpu: 10m, memory: 28Mi}, limits: {memory: 55Mi}}
  snapshotter: {requests: {cpu: 10m, memory: 29Mi}, limits: {memory: 86Mi}}
  resizer: {requests: {cpu: 10m, memory: 42Mi}, limits: {memory: 78Mi}}
  clusterRegistrar: {requests: {cpu: 5m, memory: 24Mi}, limits: {memory: 33Mi}}
  registrar: {requests: {cpu: 5m, memory: 10Mi}, limits: {memory: 41Mi}}
  livenessProbe: {requests: {cpu: 5m, memory: 11Mi}, limits: {memory: 41Mi}}
go:
  provisioner: {requests: {cpu: 10m, memory: 65Mi}, limits: {memory: 198Mi}}
  attacher: {requests: {cpu: 10m, memory: 65Mi}, limits: {memory: 198Mi}}
  snapshotter: {requests: {cpu: 10m, memory: 65Mi}, limits: {memory: 316Mi}}
  resizer: {requests: {cpu: 10m, memory: 65Mi}, limits: {memory: 356Mi}}
  clusterRegistrar: {requests: {cpu: 5m, memory: 65Mi}, limits: {memory: 198Mi}}
  registrar: {requests: {cpu: 5m, memory: 19Mi}, limits: {memory: 41Mi}}
  livenessProbe: {requests: {cpu: 5m, memory: 23Mi}, limits: {memory: 41Mi}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.sidecarResources" -}}
{{- $own := get .c.values .sidecar -}}
{{- if kindIs "map" $own.resources -}}
{{- toYaml $own.resources -}}
{{- else -}}
{{- toYaml (get (get (include "csi-sidecars.v1.internal.resources" . | fromYaml) ($own.implementation | default "csharp")) .sidecar) -}}
{{- end -}}
{{- end -}}

{{- /* One container; dict root, c, sidecar, side, hostNetwork. */ -}}
{{- define "csi-sidecars.v1.internal.container" -}}
{{- $own := get .c.values .sidecar -}}
{{- $program := get .c.programs .sidecar -}}
- name: {{ $program.container }}
  image: {{ include "csi-sidecars.v1.internal.imageOf" . | quote }}
  imagePullPolicy: {{ $own.image.pullPolicy | default .c.values.images.pullPolicy | default "IfNotPresent" }}
  command: ["/{{ $program.binary }}"]
  args:
    {{- include "csi-sidecars.v1.internal.sidecarArgs" . | nindent 4 }}
  {{- with include "csi-sidecars.v1.internal.sidecarEnv" . }}
  env:
    {{- . | nindent 4 }}
  {{- end }}
  {{- if ne .sidecar "livenessProbe" }}
  ports:
    {{- include "csi-sidecars.v1.internal.containerPort" . | nindent 4 }}
  {{- end }}
  {{- with include "csi-sidecars.v1.internal.sidecarProbe" . }}
  livenessProbe:
    {{- . | nindent 4 }}
  {{- end }}
  resources:
    {{- include "csi-sidecars.v1.internal.sidecarResources" . | nindent 4 }}
  securityContext:
    {{- include "csi-sidecars.v1.internal.sidecarSecurity" . | nindent 4 }}
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts:
    - name: socket-dir
      mountPath: /csi
    {{- if eq .sidecar "registrar" }}
    - name: registration-dir
      mountPath: /registration
    {{- end }}
    {{- with $own.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.containersOf" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $containers := list -}}
{{- $hostNetwork := eq .hostNetwork true -}}
{{- range get $c.sidecars .side -}}
{{- $containers = append $containers (include "csi-sidecars.v1.internal.container" (dict "root" $.root "c" $c "sidecar" . "side" $.side "hostNetwork" $hostNetwork)) -}}
{{- end -}}
{{- join "\n" $containers -}}
{{- end -}}

{{- /* The sidecars of a controller's pod, as items of its list of containers. */ -}}
{{- define "csi-sidecars.v1.controller.containers" -}}
{{- include "csi-sidecars.v1.internal.containersOf" (dict "root" .root "side" "controller" "hostNetwork" .hostNetwork) -}}
{{- end -}}

{{- /* The sidecars of a node's pod, as items of its list of containers. */ -}}
{{- define "csi-sidecars.v1.node.containers" -}}
{{- include "csi-sidecars.v1.internal.containersOf" (dict "root" .root "side" "node" "hostNetwork" .hostNetwork) -}}
{{- end -}}
