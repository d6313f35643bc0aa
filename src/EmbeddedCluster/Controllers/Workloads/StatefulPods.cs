using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// What of a StatefulSet's pods comes of their number: the name, the labels, and the claims made of the set's templates, which outlive the pod and
/// are found again by the next one of that number.
/// </summary>
internal static class StatefulPods
{
    public const string RevisionLabel = "controller-revision-hash";

    public static int Start(StoredObject set) => (int)set.Root.Integer("spec", "ordinals", "start");

    public static string Name(StoredObject set, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{set.Name}-{ordinal}");

    /// <summary>The number in the name of a pod of the set; null where the name is another set's or nobody's.</summary>
    public static int? Ordinal(StoredObject set, StoredObject pod) =>
        pod.Name.StartsWith(set.Name + "-", StringComparison.Ordinal)
        && int.TryParse(pod.Name.AsSpan(set.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : null;

    public static JsonObject New(StoredObject set, int ordinal, StoredObject revision)
    {
        var name = Name(set, ordinal);
        var pod = PodTemplate.NewPod(set, revision.ToJson().Object("data", "spec", "template") ?? []);
        pod.Metadata()["name"] = name;
        var labels = pod.Metadata().Child("labels");
        labels["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture);
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels[RevisionLabel] = revision.Name;
        var spec = pod.Child("spec");
        spec["hostname"] = name;
        if (set.Root.Text("spec", "serviceName") is { Length: > 0 } service) spec["subdomain"] = service;
        var templates = ClaimTemplates(set).Select(template => template.Text("metadata", "name") ?? "").ToList();
        var volumes = spec.Array("volumes").Objects().Where(volume => !templates.Contains(volume.Text("name") ?? "")).Select(volume => volume.DeepClone()).ToList();
        volumes.InsertRange(0, templates.Select(template => new JsonObject
        {
            ["name"] = template, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{template}-{name}" },
        }));
        if (volumes.Count > 0) spec["volumes"] = new JsonArray([.. volumes]);
        return pod;
    }

    /// <summary>The claims that the pod of that number has.</summary>
    public static IEnumerable<JsonObject> Claims(StoredObject set, int ordinal)
    {
        foreach (var template in ClaimTemplates(set))
        {
            var metadata = new JsonObject
            {
                ["name"] = $"{template.Text("metadata", "name")}-{Name(set, ordinal)}",
                ["namespace"] = set.Namespace,
                ["labels"] = template.Object("metadata", "labels")?.DeepClone() ?? new JsonObject(),
            };
            foreach (var (key, value) in set.Root.Map("spec", "selector", "matchLabels")) metadata.Child("labels")[key] = value;
            metadata.CopyFrom(template.Object("metadata"), "annotations");
            if (set.Root.Text("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") == "Delete")
                metadata["ownerReferences"] = new JsonArray(OwnerReferences.ToController(set));
            yield return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() };
        }
    }

    private static IEnumerable<JsonObject> ClaimTemplates(StoredObject set) => set.ToJson().Array("spec", "volumeClaimTemplates").Objects();
}
