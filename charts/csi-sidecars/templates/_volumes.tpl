{{- /* Volumes of a controller's pod. */ -}}
{{- define "csi-sidecars.v1.controller.volumes" -}}
{{- include "csi-sidecars.v1.internal.guard" . -}}
- name: socket-dir
  emptyDir: {}
{{- end -}}

{{- /* Volumes of a node's pod. A wrong kubeletDir keeps the pod from starting, because the kubelet's folder of sockets is not made. */ -}}
{{- define "csi-sidecars.v1.node.volumes" -}}
{{- $c := include "csi-sidecars.v1.internal.context" . | fromJson -}}
- name: socket-dir
  hostPath:
    path: {{ printf "%s/plugins/%s" $c.kubeletDir $c.driver | quote }}
    type: DirectoryOrCreate
- name: registration-dir
  hostPath:
    path: {{ printf "%s/plugins_registry" $c.kubeletDir | quote }}
    type: Directory
{{- end -}}

{{- /* What the driver's own container mounts. */ -}}
{{- define "csi-sidecars.v1.driver.volumeMounts" -}}
{{- include "csi-sidecars.v1.internal.guard" . -}}
- name: socket-dir
  mountPath: /csi
{{- end -}}
