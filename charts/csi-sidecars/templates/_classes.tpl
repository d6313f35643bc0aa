{{- /* dict root, item, default (the annotation's key): the head of a class. */ -}}
{{- define "csi-sidecars.v1.internal.classMetadata" -}}
{{- $annotations := dict -}}
{{- range $key, $value := .item.annotations -}}{{- $_ := set $annotations $key $value -}}{{- end -}}
{{- if and .default (eq .item.default true) -}}{{- $_ := set $annotations .default "true" -}}{{- end -}}
{{- include "csi-sidecars.v1.internal.metadata" (dict "root" .root "name" .item.name "labels" .item.labels "annotations" $annotations "keep" .item.keep) -}}
{{- end -}}

{{- define "csi-sidecars.v1.storageClass" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson }}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  {{- include "csi-sidecars.v1.internal.classMetadata" (dict "root" .root "item" .item "default" "storageclass.kubernetes.io/is-default-class") | nindent 2 }}
provisioner: {{ quote $c.driver }}
{{- with include "csi-sidecars.v1.internal.parameters" .item }}
parameters:
  {{- . | nindent 2 }}
{{- end }}
{{- range $key := tuple "reclaimPolicy" "volumeBindingMode" "allowVolumeExpansion" "mountOptions" "allowedTopologies" }}
{{- $value := index $.item $key }}
{{- if not (kindIs "invalid" $value) }}
{{ toYaml (dict $key $value) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.internal.snapshotClass" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson }}
---
apiVersion: {{ .group }}/v1
kind: {{ .kind }}
metadata:
  {{- include "csi-sidecars.v1.internal.classMetadata" (dict "root" .root "item" .item "default" .default) | nindent 2 }}
driver: {{ quote $c.driver }}
deletionPolicy: {{ .item.deletionPolicy | default "Delete" }}
{{- with include "csi-sidecars.v1.internal.parameters" .item }}
parameters:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "csi-sidecars.v1.volumeSnapshotClass" -}}
{{- include "csi-sidecars.v1.internal.snapshotClass" (dict "root" .root "item" .item "group" "snapshot.storage.k8s.io" "kind" "VolumeSnapshotClass" "default" "snapshot.storage.kubernetes.io/is-default-class") -}}
{{- end -}}

{{- define "csi-sidecars.v1.volumeGroupSnapshotClass" -}}
{{- include "csi-sidecars.v1.internal.snapshotClass" (dict "root" .root "item" .item "group" "groupsnapshot.storage.k8s.io" "kind" "VolumeGroupSnapshotClass" "default" "groupsnapshot.storage.kubernetes.io/is-default-class") -}}
{{- end -}}

{{- /* The version of attributes classes that the cluster serves; empty before 1.31, which has none on by itself. */ -}}
{{- define "csi-sidecars.v1.internal.attributesVersion" -}}
{{- $version := .root.Capabilities.KubeVersion.Version -}}
{{- if semverCompare ">=1.34.0-0" $version -}}v1{{- else if semverCompare ">=1.31.0-0" $version -}}v1beta1{{- end -}}
{{- end -}}

{{- define "csi-sidecars.v1.volumeAttributesClass" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
{{- $version := include "csi-sidecars.v1.internal.attributesVersion" . -}}
{{- if not $version -}}
{{- fail (printf "volumeAttributesClasses: %s cannot be made: Kubernetes %s has no attributes classes, 1.31 has: take the class out of the values" .item.name .root.Capabilities.KubeVersion.Version) -}}
{{- end }}
---
apiVersion: storage.k8s.io/{{ $version | default "v1" }}
kind: VolumeAttributesClass
metadata:
  {{- include "csi-sidecars.v1.internal.classMetadata" (dict "root" .root "item" .item) | nindent 2 }}
driverName: {{ quote $c.driver }}
{{- with include "csi-sidecars.v1.internal.parameters" .item }}
parameters:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}
