namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>Objects as a user would write them.</summary>
internal static class Manifest
{
    public const string Volumes = "/api/v1/persistentvolumes";
    public const string Claims = "/api/v1/namespaces/default/persistentvolumeclaims";
    public const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    public const string Pods = "/api/v1/namespaces/default/pods";
    public const string Classes = "/apis/storage.k8s.io/v1/storageclasses";
    public const string Attachments = "/apis/storage.k8s.io/v1/volumeattachments";

    public static string Volume(string name) =>
        """{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"NAME"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"csi":{"driver":"csi.example.com","volumeHandle":"h"}}}"""
            .Replace("NAME", name, StringComparison.Ordinal);

    public static string Claim(string name) =>
        """{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"NAME"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"storageClassName":"fast"}}"""
            .Replace("NAME", name, StringComparison.Ordinal);

    public static string ConfigMap(string name, string labels = "{}") =>
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME","labels":LABELS},"data":{"a":"1"}}"""
            .Replace("NAME", name, StringComparison.Ordinal).Replace("LABELS", labels, StringComparison.Ordinal);

    public static string Attachment(string name) =>
        """{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"NAME"},"spec":{"attacher":"csi.example.com","nodeName":"n1","source":{"persistentVolumeName":"pv1"}}}"""
            .Replace("NAME", name, StringComparison.Ordinal);

    public static string Pod(string name, string node = "") =>
        """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"NAME"},"spec":{"nodeName":"NODE","containers":[{"name":"c","image":"busybox"}]}}"""
            .Replace("NAME", name, StringComparison.Ordinal).Replace("NODE", node, StringComparison.Ordinal);

    public const string WidgetDefinition =
        """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget","shortNames":["wd"]},
          "versions":[
           {"name":"v1","served":true,"storage":false,"subresources":{"status":{}},
            "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"}],
            "schema":{"openAPIV3Schema":{"type":"object","required":["spec"],"properties":{
             "spec":{"type":"object","required":["size"],"properties":{
               "size":{"type":"integer","minimum":1},"color":{"type":"string","default":"red","enum":["red","blue"]},"code":{"type":"string","pattern":"^[a-z]+$"}}},
             "status":{"type":"object","properties":{"ready":{"type":"boolean"}}}}}}},
           {"name":"v1beta1","served":true,"storage":true,"deprecated":true,"subresources":{"status":{}},
            "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
        """;
}
