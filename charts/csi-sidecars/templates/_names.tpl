{{- /* The library's version as its templates know it: where two versions meet in one release, one set of templates serves both charts. */ -}}
{{- define "csi-sidecars.v1.libraryVersion" -}}
0.1.0
{{- end -}}

{{- /* Ends the rendering where these templates are not those of the chart's own dependency. */ -}}
{{- define "csi-sidecars.v1.internal.guard" -}}
{{- $library := get (.root.Subcharts | default dict) "csi-sidecars" -}}
{{- $mine := include "csi-sidecars.v1.libraryVersion" . -}}
{{- if not $library -}}
{{- fail (printf "chart %s: its dependency csi-sidecars is missing or has an alias: list it in Chart.yaml without alias, and run helm dependency build" .root.Chart.Name) -}}
{{- else if ne $library.Chart.Version $mine -}}
{{- fail (printf "chart %s: it has csi-sidecars %s, another chart of this release has %s, and Helm uses one of them for both: give all the same version" .root.Chart.Name $library.Chart.Version $mine) -}}
{{- end -}}
{{- end -}}

{{- /* What differs between the programs. The tags are the versions of the Go images whose flags and rights these charts know. */ -}}
{{- define "csi-sidecars.v1.internal.programs" -}}
provisioner: {binary: csi-provisioner, container: csi-provisioner, role: provisioner, port: provisioner, tag: v6.3.0}
attacher: {binary: csi-attacher, container: csi-attacher, role: attacher, port: attacher, tag: v4.12.0}
snapshotter: {binary: csi-snapshotter, container: csi-snapshotter, role: snapshotter, port: snapshotter, tag: v8.6.0}
resizer: {binary: csi-resizer, container: csi-resizer, role: resizer, port: resizer, tag: v2.2.1}
clusterRegistrar: {binary: csi-cluster-driver-registrar, container: cluster-driver-registrar, role: cluster-registrar, port: cluster-reg, tag: ""}
registrar: {binary: csi-node-driver-registrar, container: node-driver-registrar, role: registrar, port: registrar, tag: v2.17.0}
livenessProbe: {binary: livenessprobe, container: liveness-probe, role: liveness-probe, port: liveness, tag: v2.19.0}
{{- end -}}

{{- /* Blocks that a user's null took away, with their defaults where they have any; with them every read below finds its block. */ -}}
{{- define "csi-sidecars.v1.internal.skeleton" -}}
capabilities: {}
images: {csharp: {}, go: {}, shared: {}}
commonArgs: {}
controllerArgs: {}
leaderElection: {labels: {}}
ports: {controller: {}, node: {}}
probes:
  driver:
    startup: {periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60}
    liveness: {periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 5}
  controller: {initialDelaySeconds: 10, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 1}
  registrar: {initialDelaySeconds: 30, periodSeconds: 10, timeoutSeconds: 15, failureThreshold: 3}
security: {}
serviceAccount: {controller: {}, node: {}}
rbac: {}
secrets: {}
csiDriver: {}
metrics: {podMonitor: {}, serviceMonitor: {}}
checks: {}
{{- range tuple "provisioner" "attacher" "snapshotter" "resizer" "clusterRegistrar" "registrar" "livenessProbe" }}
{{ . }}: {image: {}, args: {}, env: {}, securityContext: {}}
{{- end }}
{{- end -}}

{{- /*
What the values of the chart above say at a path, as {value: ...}; nothing where they say something else there: a vendor's chart may call things otherwise.
dict root, path.
*/ -}}
{{- define "csi-sidecars.v1.internal.vendor" -}}
{{- $at := dict "value" (merge (dict) .root.Values) -}}
{{- range .path -}}
{{- $next := dict -}}
{{- if kindIs "map" $at.value -}}{{- $_ := set $next "value" (get $at.value .) -}}{{- else -}}{{- $_ := set $next "value" nil -}}{{- end -}}
{{- $at = $next -}}
{{- end -}}
{{- if $at.value -}}{{- dict "value" $at.value | toYaml -}}{{- else -}}{}{{- end -}}
{{- end -}}

{{- /* A map of the chart above by its key, as YAML; empty where there is none. dict root, key. */ -}}
{{- define "csi-sidecars.v1.internal.vendorMap" -}}
{{- $value := (include "csi-sidecars.v1.internal.vendor" (dict "root" .root "path" (list .key)) | fromYaml).value -}}
{{- if kindIs "map" $value -}}{{- toYaml $value -}}{{- else -}}{}{{- end -}}
{{- end -}}

{{- /* The first of the values that is given: false and 0 are. */ -}}
{{- define "csi-sidecars.v1.internal.given" -}}
{{- $found := dict -}}
{{- range . -}}
{{- if and (not (hasKey $found "value")) (not (kindIs "invalid" .)) -}}{{- $_ := set $found "value" . -}}{{- end -}}
{{- end -}}
{{- include "csi-sidecars.v1.internal.scalar" (get $found "value") -}}
{{- end -}}

{{- /* The name of a lease as the originals sanitise it. */ -}}
{{- define "csi-sidecars.v1.internal.leaseName" -}}
{{- regexReplaceAll "-$" (regexReplaceAll "[^A-Za-z0-9-]" . "-") "-X" -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := .Values.fullnameOverride | default (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) -}}
{{- $full | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- /*
Everything the other templates decide by, as JSON: the values with all blocks there, and what follows from them.
  values, programs, driver, kubeletDir, fullname, namespace
  caps                 capability -> bool
  enabled, side        sidecar -> bool, controller or node (livenessProbe has both sides)
  election             sidecar -> bool
  leaseNamespace, lease
  ports                side -> sidecar -> port, of those that are enabled
  accounts, automount  side -> name, bool
  sidecars             side -> list, in the order of the containers
*/ -}}
{{- define "csi-sidecars.v1.internal.context" -}}
{{- include "csi-sidecars.v1.internal.guard" . -}}
{{- $root := .root -}}
{{- $values := merge (deepCopy (get $root.Values "csi-sidecars" | default dict)) (include "csi-sidecars.v1.internal.skeleton" . | fromYaml) -}}
{{- $programs := include "csi-sidecars.v1.internal.programs" . | fromYaml -}}
{{- $driver := $values.driverName | default "" | toString -}}
{{- $fullname := include "csi-sidecars.v1.internal.fullname" $root -}}
{{- $given := $values.capabilities -}}
{{- $caps := dict -}}
{{- range tuple "attach" "expand" -}}{{- $_ := set $caps . (ne (get $given . | toString) "false") -}}{{- end -}}
{{- range tuple "topology" "snapshot" "groupSnapshot" "clone" "modify" "capacity" -}}{{- $_ := set $caps . (eq (get $given . | toString) "true") -}}{{- end -}}

{{- $enabled := dict "provisioner" true "attacher" $caps.attach "snapshotter" (or $caps.snapshot $caps.groupSnapshot) "resizer" (or $caps.expand $caps.modify) "clusterRegistrar" false "registrar" true "livenessProbe" true -}}
{{- $side := dict "attacher" "controller" "resizer" "controller" "clusterRegistrar" "controller" "registrar" "node" "livenessProbe" "both" -}}
{{- range tuple "provisioner" "snapshotter" -}}{{- $_ := set $side . ((get $values .).placement | default "controller") -}}{{- end -}}
{{- $elects := ne ($values.leaderElection.enabled | toString) "false" -}}
{{- $election := dict -}}
{{- range $sidecar, $program := $programs -}}
{{- $switch := (get $values $sidecar).enabled -}}
{{- if not (kindIs "invalid" $switch) -}}{{- $_ := set $enabled $sidecar $switch -}}{{- end -}}
{{- $_ := set $election $sidecar (and $elects (eq (get $side $sidecar) "controller")) -}}
{{- end -}}

{{- $sidecars := dict "controller" list "node" list -}}
{{- $ports := dict "controller" dict "node" dict -}}
{{- $defaults := dict "controller" (dict "liveness" 9808 "provisioner" 8081 "attacher" 8082 "resizer" 8083 "snapshotter" 8084 "clusterRegistrar" 8085) "node" (dict "liveness" 9808 "registrar" 9809 "provisioner" 8081 "snapshotter" 8084) -}}
{{- range $pod := tuple "controller" "node" -}}
{{- range $sidecar := tuple "registrar" "provisioner" "attacher" "snapshotter" "resizer" "clusterRegistrar" "livenessProbe" -}}
{{- if and (get $enabled $sidecar) (has (get $side $sidecar) (list $pod "both")) -}}
{{- $_ := set $sidecars $pod (append (get $sidecars $pod) $sidecar) -}}
{{- $key := ternary "liveness" $sidecar (eq $sidecar "livenessProbe") -}}
{{- $_ := set (get $ports $pod) $key ((get (get $values.ports $pod) $key) | default (get (get $defaults $pod) $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- $onNodes := or (and $enabled.provisioner (eq $side.provisioner "node")) (and $enabled.snapshotter (eq $side.snapshotter "node")) (not (empty $values.registrar.clusterRules)) (not (empty (.driverRules | default dict).node)) (not (empty (include "csi-sidecars.v1.internal.vendor" (dict "root" $root "path" (list "driver" "rbac" "nodeRules")) | fromYaml).value)) -}}
{{- $accounts := dict -}}
{{- $automount := dict -}}
{{- range $pod := tuple "controller" "node" -}}
{{- $account := get $values.serviceAccount $pod -}}
{{- $made := ne ($account.create | toString) "false" -}}
{{- $_ := set $accounts $pod ($account.name | default (ternary (printf "%s-%s" $fullname $pod) "default" $made)) -}}
{{- $mounts := ternary true $onNodes (eq $pod "controller") -}}
{{- if not (kindIs "invalid" $account.automount) -}}{{- $mounts = $account.automount -}}{{- end -}}
{{- $_ := set $automount $pod $mounts -}}
{{- end -}}

{{- $lease := dict "provisioner" $driver "attacher" (printf "external-attacher-leader-%s" $driver) "snapshotter" (printf "external-snapshotter-leader-%s" $driver) "resizer" (printf "external-resizer-%s" $driver) "clusterRegistrar" (printf "cluster-driver-registrar-leader-%s" $driver) -}}
{{- range $sidecar, $name := $lease -}}{{- $_ := set $lease $sidecar (include "csi-sidecars.v1.internal.leaseName" $name) -}}{{- end -}}
{{- dict "values" $values "programs" $programs "driver" $driver "kubeletDir" ($values.kubeletDir | default "/var/lib/kubelet" | trimSuffix "/") "fullname" $fullname "namespace" $root.Release.Namespace "caps" $caps "enabled" $enabled "side" $side "election" $election "leaseNamespace" ($values.leaderElection.namespace | default $root.Release.Namespace) "lease" $lease "ports" $ports "accounts" $accounts "automount" $automount "sidecars" $sidecars | toJson -}}
{{- end -}}

{{- /*
Names and numbers for a chart's own templates, as YAML: fullname, driver, kubeletDir; of a side also object (of workloads), serviceAccount, automount, user (of the
sidecars, and so of the driver's socket). dict root, side, driverRules (as rbac takes them: rules on nodes want a token there).
*/ -}}
{{- define "csi-sidecars.v1.names" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
fullname: {{ $c.fullname }}
driver: {{ quote $c.driver }}
kubeletDir: {{ quote $c.kubeletDir }}
{{- with .side }}
object: {{ $c.fullname }}-{{ . }}
serviceAccount: {{ get $c.accounts . | quote }}
automount: {{ get $c.automount . }}
user: {{ include "csi-sidecars.v1.internal.user" (dict "side" . "c" $c) }}
{{- end }}
{{- end -}}

{{- /* What selects the pods of a side. Never a version: selectors cannot be changed. */ -}}
{{- define "csi-sidecars.v1.selectorLabels" -}}
{{- include "csi-sidecars.v1.internal.guard" . -}}
app.kubernetes.io/name: {{ .root.Values.nameOverride | default .root.Chart.Name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .side }}
app.kubernetes.io/component: {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* Labels of an object, of a side or of none; dict root, side, labels (further ones). What a user says twice counts as said last, and nothing takes the place of a selector. */ -}}
{{- define "csi-sidecars.v1.labels" -}}
{{- $own := dict "app.kubernetes.io/managed-by" .root.Release.Service "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- with (get .root.Values "csi-sidecars" | default dict).driverName -}}{{- $_ := set $own "app.kubernetes.io/part-of" . -}}{{- end -}}
{{- with .root.Chart.AppVersion -}}{{- $_ := set $own "app.kubernetes.io/version" . -}}{{- end -}}
{{- $all := dict -}}
{{- range $labels := list $own (include "csi-sidecars.v1.internal.vendorMap" (dict "root" .root "key" "commonLabels") | fromYaml) .labels (include "csi-sidecars.v1.selectorLabels" . | fromYaml) -}}
{{- range $key, $value := $labels -}}{{- if not (kindIs "invalid" $value) -}}{{- $_ := set $all $key $value -}}{{- end -}}{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{- /* Head of an object: name, namespace, labels, annotations; dict root, side, name, namespaced, labels, annotations, keep. */ -}}
{{- define "csi-sidecars.v1.internal.metadata" -}}
name: {{ .name | quote }}
{{- if .namespace }}
namespace: {{ .namespace | quote }}
{{- end }}
labels:
  {{- include "csi-sidecars.v1.labels" (dict "root" .root "side" .side "labels" .labels) | nindent 2 }}
{{- $annotations := dict -}}
{{- range $key, $value := include "csi-sidecars.v1.internal.vendorMap" (dict "root" .root "key" "commonAnnotations") | fromYaml -}}{{- $_ := set $annotations $key $value -}}{{- end -}}
{{- range $key, $value := .annotations -}}{{- $_ := set $annotations $key $value -}}{{- end -}}
{{- if .keep -}}{{- $_ := set $annotations "helm.sh/resource-policy" "keep" -}}{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The image of a sidecar. */ -}}
{{- define "csi-sidecars.v1.image" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- include "csi-sidecars.v1.internal.imageOf" (dict "root" .root "c" $c "sidecar" .sidecar) -}}
{{- end -}}

{{- define "csi-sidecars.v1.internal.imageOf" -}}
{{- $c := .c -}}
{{- $images := $c.values.images -}}
{{- $program := get $c.programs .sidecar -}}
{{- $own := (get $c.values .sidecar).image -}}
{{- $library := (get .root.Subcharts "csi-sidecars").Chart -}}
{{- $repository := printf "%s/%s" (trimSuffix "/" ($images.csharp.repository | default "")) $program.binary -}}
{{- $tag := $images.csharp.tag | default $library.AppVersion -}}
{{- $digest := "" -}}
{{- if eq ((get $c.values .sidecar).implementation | default "csharp") "go" -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" ($images.go.repository | default "registry.k8s.io/sig-storage")) $program.binary -}}
{{- $tag = $program.tag -}}
{{- else if $images.shared.repository -}}
{{- $repository = $images.shared.repository -}}
{{- $tag = $images.shared.tag | default $tag -}}
{{- $digest = $images.shared.digest | default "" -}}
{{- end -}}
{{- $registry := $own.registry | default $images.registry | default (.root.Values.global).imageRegistry -}}
{{- /* A repository or a tag of its own is another image than the shared digest names. */ -}}
{{- if or $own.repository $own.tag -}}{{- $digest = "" -}}{{- end -}}
{{- include "csi-sidecars.v1.internal.reference" (dict "registry" $registry "repository" ($own.repository | default $repository) "tag" ($own.tag | default $tag) "digest" ($own.digest | default $digest)) -}}
{{- end -}}

{{- /* Pull secrets of a pod, or nothing. */ -}}
{{- define "csi-sidecars.v1.imagePullSecrets" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- include "csi-sidecars.v1.internal.pullSecrets" (list ((.root.Values.global).imagePullSecrets | default list) ($c.values.images.pullSecrets | default list)) | trim -}}
{{- end -}}

{{- /* Labels of a pod: what selects it, and the user's, none of which may take the place of a selector. No version: a release that changes nothing restarts nothing. */ -}}
{{- define "csi-sidecars.v1.internal.podLabels" -}}
{{- $all := dict -}}
{{- range $labels := list (include "csi-sidecars.v1.internal.vendorMap" (dict "root" .root "key" "commonLabels") | fromYaml) .labels (include "csi-sidecars.v1.selectorLabels" (dict "root" .root "side" .side) | fromYaml) -}}
{{- range $key, $value := $labels -}}{{- if not (kindIs "invalid" $value) -}}{{- $_ := set $all $key $value -}}{{- end -}}{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}
