{{- /*
Ends the rendering with everything that is wrong, one line each: key, what is wrong, what to do. dict root, classes, snapshotClasses,
groupSnapshotClasses, attributesClasses, pods (side -> enabled, hostNetwork, replicas, ports), messages (lines of the chart itself).
*/ -}}
{{- define "csi-sidecars.v1.validate" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $with := merge (dict "c" $c "pods" (.pods | default dict)) . -}}
{{- $lines := list -}}
{{- range $part := tuple "driver" "images" "flags" "ports" "switches" "classes" "secrets" "cluster" -}}
{{- $lines = concat $lines (splitList "\n" (include (printf "csi-sidecars.v1.internal.problems.%s" $part) $with)) -}}
{{- end -}}
{{- $lines = concat $lines (.messages | default list) -}}
{{- $wrong := list -}}
{{- range $lines -}}{{- if trim . -}}{{- $wrong = append $wrong (trim .) -}}{{- end -}}{{- end -}}
{{- if $wrong -}}
{{- fail (printf "chart %s cannot be deployed with these values:\n  %s\n" .root.Chart.Name (join "\n  " ($wrong | uniq))) -}}
{{- end -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.problems.driver" -}}
{{- if not .c.driver }}
csi-sidecars.driverName: is empty: give the name the driver answers in GetPluginInfo
{{- else if not (regexMatch "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$" .c.driver) }}
csi-sidecars.driverName: {{ printf "%q" .c.driver }} is no name of a driver: give the name the driver answers in GetPluginInfo, of a-z, 0-9, dot and dash
{{- else if gt (len .c.driver) 63 }}
csi-sidecars.driverName: has {{ len .c.driver }} characters: Kubernetes takes a name from GetPluginInfo of 63 at most
{{- end }}
{{- range $key, $path := dict "csi-sidecars.kubeletDir" (printf "%s/plugins/%s/csi.sock" .c.kubeletDir .c.driver) "csi-sidecars.driverName" (printf "%s/plugins_registry/%s-reg.sock" .c.kubeletDir .c.driver) }}
{{- if gt (len $path) 107 }}
{{ $key }}: the socket {{ $path }} has a path of {{ len $path }} characters: Linux takes 107: a shorter kubeletDir or driverName is needed
{{- end }}
{{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.problems.images" -}}
{{- $c := .c -}}
{{- $images := $c.values.images -}}
{{- include "csi-sidecars.v1.internal.digestProblem" (dict "key" "csi-sidecars.images.shared.digest" "digest" $images.shared.digest) }}
{{- range $side := tuple "controller" "node" }}
{{- range $sidecar := get $c.sidecars $side }}
{{- $own := get $c.values $sidecar }}
{{ include "csi-sidecars.v1.internal.digestProblem" (dict "key" (printf "csi-sidecars.%s.image.digest" $sidecar) "digest" $own.image.digest) }}
{{- if not $own.image.repository }}
{{- if eq ($own.implementation | default "csharp") "go" }}
{{- if not (or (get $c.programs $sidecar).tag $own.image.tag $own.image.digest) }}
csi-sidecars.{{ $sidecar }}.image.tag: no Go image is known for this program: give image.repository and image.tag, or implementation: csharp
{{- end }}
{{- else if not (or $images.csharp.repository $images.shared.repository) }}
csi-sidecars.images.csharp.repository: is empty: give the path under which the images of the sidecars lie, or images.shared.repository, or implementation: go
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The flags that the chart sets because rights, ports or paths hang on them, and the key that stands for each. */ -}}
{{- define "csi-sidecars.v1.internal.ownedFlags" -}}
csi-address: driverName, which names the socket's folder
leader-election: leaderElection.enabled
leader-election-namespace: leaderElection.namespace
leader-election-lease-duration: leaderElection.leaseDuration
leader-election-renew-deadline: leaderElection.renewDeadline
leader-election-retry-period: leaderElection.retryPeriod
leader-election-labels: leaderElection.labels
http-endpoint: ports.controller or ports.node
metrics-address: ports.controller or ports.node
health-port: ports.controller or ports.node
kubelet-registration-path: kubeletDir and driverName
plugin-registration-path: kubeletDir
enable-capacity: capabilities.capacity
node-deployment: provisioner.placement or snapshotter.placement
kubeconfig: serviceAccount, whose token leads to the API server
master: serviceAccount, whose token leads to the API server
{{- end -}}

{{- define "csi-sidecars.v1.internal.problems.flags" -}}
{{- $c := .c -}}
{{- $owned := include "csi-sidecars.v1.internal.ownedFlags" . | fromYaml -}}
{{- range $sidecar := keys $c.programs | sortAlpha }}
{{- $own := get $c.values $sidecar }}
{{- range $flag, $value := $own.args }}
{{- if and (hasKey $owned $flag) (not (kindIs "invalid" $value)) }}
csi-sidecars.{{ $sidecar }}.args.{{ $flag }}: the chart sets this flag itself: use csi-sidecars.{{ get $owned $flag }}
{{- end }}
{{- end }}
{{- range $text := $own.extraArgs }}
{{- $flag := regexReplaceAll "=.*$" (trimPrefix "-" (trimPrefix "-" $text)) "" }}
{{- if and (hasKey $own.args $flag) (not (kindIs "invalid" (get $own.args $flag))) }}
csi-sidecars.{{ $sidecar }}.extraArgs: {{ $flag }} is given in {{ $sidecar }}.args too: take one of them out
{{- end }}
{{- if and (eq $flag "leader-election") (eq (get $c.side $sidecar) "node") }}
csi-sidecars.{{ $sidecar }}.extraArgs: leader-election and {{ $sidecar }}.placement: node exclude each other: on each node one instance works: take the flag out
{{- end }}
{{- end }}
{{- range $name, $value := $own.env }}
{{- if has $name (list "NAMESPACE" "POD_NAME" "NODE_NAME") }}
csi-sidecars.{{ $sidecar }}.env.{{ $name }}: the chart sets this variable itself: take it out
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Ports of a pod as a JSON list of {key, port}; dict c, side, pods. */ -}}
{{- define "csi-sidecars.v1.internal.podPorts" -}}
{{- $side := .side -}}
{{- $ports := list -}}
{{- range $key, $port := get .c.ports $side -}}
{{- $ports = append $ports (dict "key" (printf "csi-sidecars.ports.%s.%s" $side $key) "port" (int $port)) -}}
{{- end -}}
{{- range $index, $port := (get .pods $side | default dict).ports -}}
{{- $ports = append $ports (dict "key" (printf "driver.%s.ports[%d]" $side $index) "port" (int $port.containerPort)) -}}
{{- end -}}
{{- toJson $ports -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.problems.ports" -}}
{{- $c := .c -}}
{{- $pods := .pods -}}
{{- $of := dict -}}
{{- range $side := tuple "controller" "node" }}
{{- $ports := include "csi-sidecars.v1.internal.podPorts" (dict "c" $c "side" $side "pods" $pods) | fromJsonArray }}
{{- $_ := set $of $side $ports }}
{{- range $i, $a := $ports }}
{{- range $j, $b := $ports }}
{{- if and (lt $i $j) (eq (int $a.port) (int $b.port)) }}
{{ $a.key }}: is {{ int $a.port }}, and {{ $b.key }} is too: a pod has each port once: give one of them another
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $node := $pods.node | default dict }}
{{- $controller := $pods.controller | default dict }}
{{- if $node.hostNetwork }}
{{- range $key, $port := $c.ports.node }}
{{- if not (get $c.values.ports.node $key) }}
csi-sidecars.ports.node.{{ $key }}: is not given, and the pod is on the network of the node (node.hostNetwork): give a port that no other driver of the nodes has
{{- end }}
{{- end }}
{{- if $controller.hostNetwork }}
{{- range $a := $of.controller }}
{{- range $b := $of.node }}
{{- if eq (int $a.port) (int $b.port) }}
{{ $a.key }}: is {{ int $a.port }}, and {{ $b.key }} is too, and both pods are on the network of the node: give one of them another
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $kind := tuple "podMonitor" "serviceMonitor" }}
{{- $monitor := get $c.values.metrics $kind }}
{{- if and (eq ($monitor.enabled | toString) "true") (has "node" ($monitor.sides | default list)) (regexMatch "^(127\\.|::1$|localhost$)" ($c.values.ports.node.bind | default "127.0.0.1")) }}
csi-sidecars.metrics.{{ $kind }}.sides: names node, whose ports are on loopback with node.hostNetwork: set csi-sidecars.ports.node.bind (port {{ (first $of.node).port | int }} and the others), or take node out
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.problems.switches" -}}
{{- $c := .c -}}
{{- $enabled := $c.enabled -}}
{{- $spec := include "csi-sidecars.v1.internal.csiDriverSpec" (dict "c" $c) | fromJson -}}
{{- $makes := include "csi-sidecars.v1.internal.makesCsiDriver" (dict "c" $c) -}}
{{- if and $makes $spec.attachRequired (not $enabled.attacher) }}
csi-sidecars.csiDriver.attachRequired: is true and the attacher is off, so pods would wait for ever: attacher.enabled: true, or attachRequired: false
{{- end }}
{{- if and $makes $spec.storageCapacity (not (and $c.caps.capacity $enabled.provisioner)) }}
csi-sidecars.csiDriver.storageCapacity: is true and no capacity is published, so pods would stay Pending: capabilities.capacity: true with the provisioner on, or storageCapacity: false
{{- end }}
{{- if and $makes $enabled.clusterRegistrar }}
csi-sidecars.clusterRegistrar.enabled: it would make the object that csi-sidecars.csiDriver.create makes: set one of the two to false
{{- end }}
{{- if and $enabled.provisioner (eq $c.side.provisioner "node") (not $c.caps.topology) }}
csi-sidecars.provisioner.placement: is node, and csi-sidecars.capabilities.topology is false: a volume that one node makes is reached from that node alone: set topology: true
{{- end }}
{{- $attaches := include "csi-sidecars.v1.internal.given" (list (index $c.values.clusterRegistrar.args "attach-required") "auto") }}
{{- if and $enabled.clusterRegistrar (not $enabled.attacher) (or (eq $attaches "true") (and (eq $attaches "auto") $c.caps.attach)) }}
csi-sidecars.clusterRegistrar.args.attach-required: is {{ $attaches }} and the attacher is off, so pods would wait for ever: attacher.enabled: true, or attach-required: "false"
{{- end }}
{{- if $c.values.livenessProbe.clusterRules }}
csi-sidecars.livenessProbe.clusterRules: livenessprobe runs in both pods and speaks to no API server: give the rules to the sidecar or the driver that needs them
{{- end }}
{{- if and $c.caps.groupSnapshot $enabled.snapshotter (eq $c.side.snapshotter "node") }}
csi-sidecars.snapshotter.placement: is node, and csi-sidecars.capabilities.groupSnapshot is true: a group is taken by one snapshotter for all nodes: set placement: controller, or groupSnapshot: false
{{- end }}
{{- $gates := index $c.values.snapshotter.args "feature-gates" }}
{{- if and (kindIs "map" $gates) (hasKey ($gates | default dict) "CSIVolumeGroupSnapshot") }}
csi-sidecars.snapshotter.args.feature-gates.CSIVolumeGroupSnapshot: the chart sets this gate, because rights hang on it: use csi-sidecars.capabilities.groupSnapshot
{{- end }}
{{- if and $c.caps.groupSnapshot $enabled.snapshotter (not $c.caps.snapshot) }}
csi-sidecars.capabilities.groupSnapshot: is true, and csi-sidecars.capabilities.snapshot is false: csi-snapshotter ends beside a driver that does not announce CREATE_DELETE_SNAPSHOT: set snapshot: true
{{- end }}
{{- $controller := .pods.controller | default dict }}
{{- if and (gt (int ($controller.replicas | default 1)) 1) (eq ($c.values.leaderElection.enabled | toString) "false") }}
csi-sidecars.leaderElection.enabled: is false with controller.replicas: {{ int $controller.replicas }}, so every replica would act: set it to true, or replicas to 1
{{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.problems.classes" -}}
{{- $c := .c -}}
{{- $lists := dict "storageClasses" .classes "volumeSnapshotClasses" .snapshotClasses "volumeGroupSnapshotClasses" .groupSnapshotClasses "volumeAttributesClasses" .attributesClasses -}}
{{- range $key := keys $lists | sortAlpha }}
{{- $names := list }}
{{- $defaults := list }}
{{- range $class := get $lists $key | default list }}
{{- if has $class.name $names }}
{{ $key }}: two classes are called {{ $class.name }}: give one of them another name
{{- end }}
{{- range $parameter, $value := $class.parameters }}
{{- if and (hasPrefix "csi.storage.k8s.io/" $parameter) (contains "secret" $parameter) }}
{{ $key }}: {{ $class.name }} names a secret in its parameters ({{ $parameter }}), for which no sidecar would have the right: give it in secrets of the class
{{- end }}
{{- end }}
{{- $names = append $names $class.name }}
{{- if eq ($class.default | toString) "true" }}{{- $defaults = append $defaults $class.name }}{{- end }}
{{- end }}
{{- if gt (len $defaults) 1 }}
{{ $key }}: {{ join " and " $defaults }} are both the default: leave default: true on one of them
{{- end }}
{{- end }}
{{- range $class := .classes }}
{{- if and (eq ($class.allowVolumeExpansion | toString) "true") (not $c.enabled.resizer) }}
storageClasses: {{ $class.name }} has allowVolumeExpansion and the resizer is off: csi-sidecars.capabilities.expand: true, or take allowVolumeExpansion out
{{- end }}
{{- end }}
{{- range $class := .attributesClasses }}
{{- if not (and $c.enabled.resizer $c.caps.modify) }}
volumeAttributesClasses: {{ $class.name }} is of no use without a resizer that modifies: csi-sidecars.capabilities.modify: true (and resizer.enabled not false), or take the class out
{{- end }}
{{- end }}
{{- range $class := .snapshotClasses }}
{{- if not (and $c.enabled.snapshotter $c.caps.snapshot) }}
volumeSnapshotClasses: {{ $class.name }} is of no use without the snapshotter: csi-sidecars.capabilities.snapshot: true (and snapshotter.enabled not false), or take the class out
{{- end }}
{{- end }}
{{- range $class := .groupSnapshotClasses }}
{{- if not (and $c.enabled.snapshotter $c.caps.groupSnapshot) }}
volumeGroupSnapshotClasses: {{ $class.name }} is of no use without the snapshotter: csi-sidecars.capabilities.groupSnapshot: true (and snapshotter.enabled not false), or take the class out
{{- end }}
{{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.problems.secrets" -}}
{{- if eq (.c.values.secrets.mode | default "named") "named" }}
{{- $keys := dict "classes" "storageClasses" "snapshotClasses" "volumeSnapshotClasses" "groupSnapshotClasses" "volumeGroupSnapshotClasses" }}
{{- $covered := dict }}
{{- range $ref := .c.values.secrets.refs }}{{- range $ref.sidecars }}{{- $_ := set $covered . true }}{{- end }}{{- end }}
{{- range $read := include "csi-sidecars.v1.internal.secretReads" . | fromJsonArray }}
{{- if and (contains "${" $read.namespace) (not (hasKey $covered $read.sidecar)) }}
class {{ $read.class }}: secrets.{{ $read.kind }}.namespace is {{ $read.namespace }}, for which no Role can be made: csi-sidecars.secrets.mode: cluster, or csi-sidecars.secrets.refs with the namespaces
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What a look at the cluster tells; nothing without one. */ -}}
{{- define "csi-sidecars.v1.internal.problems.cluster" -}}
{{- $c := .c -}}
{{- $root := .root -}}
{{- if and $c.driver (ne ($c.values.checks.cluster | toString) "false") }}
{{- if lookup "v1" "Namespace" "" "default" }}
{{- if and $c.enabled.snapshotter (not ($root.Capabilities.APIVersions.Has "snapshot.storage.k8s.io/v1")) }}
csi-sidecars.snapshotter.enabled: the cluster does not serve snapshot.storage.k8s.io/v1: install the chart snapshot-controller first, or set snapshotter.enabled: false
{{- end }}
{{- $live := lookup "storage.k8s.io/v1" "CSIDriver" "" $c.driver }}
{{- if and $live (include "csi-sidecars.v1.internal.makesCsiDriver" (dict "c" $c)) }}
{{- $notes := $live.metadata.annotations | default dict }}
{{- $release := get $notes "meta.helm.sh/release-name" }}
{{- $namespace := get $notes "meta.helm.sh/release-namespace" }}
{{- if not $release }}
csi-sidecars.driverName: the cluster has a CSIDriver {{ $c.driver }} that belongs to no release: take it over with --take-ownership and csi-sidecars.checks.cluster=false, delete it, or give another driver name
{{- else if not (and (eq $release $root.Release.Name) (eq $namespace $root.Release.Namespace)) }}
csi-sidecars.driverName: the CSIDriver {{ $c.driver }} belongs to release {{ $release }} in namespace {{ $namespace }}: remove that release, take the object over with --take-ownership and csi-sidecars.checks.cluster=false, or give another driver name
{{- end }}
{{- $spec := include "csi-sidecars.v1.internal.csiDriverSpec" (dict "c" $c) | fromJson }}
{{- if ne (include "csi-sidecars.v1.internal.given" (list $live.spec.attachRequired true)) ($spec.attachRequired | toString) }}
csi-sidecars.csiDriver.attachRequired: is {{ $spec.attachRequired }}, the CSIDriver {{ $c.driver }} has {{ include "csi-sidecars.v1.internal.given" (list $live.spec.attachRequired true) }}, and that cannot be changed: delete the object while no volume of the driver is in use, or take another driver name
{{- end }}
{{- $modes := $live.spec.volumeLifecycleModes | default (list "Persistent") | sortAlpha | join "," }}
{{- $wanted := $spec.volumeLifecycleModes | default (list "Persistent") | sortAlpha | join "," }}
{{- if ne $modes $wanted }}
csi-sidecars.csiDriver.volumeLifecycleModes: is {{ $wanted }}, the CSIDriver {{ $c.driver }} has {{ $modes }}, and that cannot be changed: delete the object while no volume of the driver is in use, or take another driver name
{{- end }}
{{- end }}
{{- range $class := .classes }}
{{- with lookup "storage.k8s.io/v1" "StorageClass" "" $class.name }}
{{- $wanted := dict "provisioner" $c.driver "parameters" (include "csi-sidecars.v1.internal.parameters" $class | fromYaml | toJson) "reclaimPolicy" ($class.reclaimPolicy | default "Delete") "volumeBindingMode" ($class.volumeBindingMode | default "Immediate") }}
{{- $has := dict "provisioner" .provisioner "parameters" (.parameters | default dict | toJson) "reclaimPolicy" .reclaimPolicy "volumeBindingMode" .volumeBindingMode }}
{{- range $field := keys $wanted | sortAlpha }}
{{- if ne (get $wanted $field) (get $has $field) }}
storageClasses: {{ $class.name }} has {{ $field }} {{ get $wanted $field }}, the class in the cluster has {{ get $has $field }}, and that cannot be changed: delete the object while nobody makes claims of it, or take another name
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
