using System.Text.Json;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting;

namespace Sidecars.Playground;

/// <summary>One line of plain words about the state of an object that plays a part in a volume's life.</summary>
internal static class ObjectSummary
{
    private static readonly Dictionary<string, Func<JsonElement, string>> Summaries = new(StringComparer.Ordinal)
    {
        ["PersistentVolumeClaim"] = Claim,
        ["PersistentVolume"] = Volume,
        ["Pod"] = Pod,
        ["VolumeAttachment"] = Attachment,
        ["CSIDriver"] = Driver,
        ["CSINode"] = Node,
        ["CSIStorageCapacity"] = Capacity,
        ["VolumeSnapshot"] = Snapshot,
        ["VolumeSnapshotContent"] = SnapshotContent,
    };

    public static string Of(StoredObject stored) => Of(stored.Resource.Kind, stored.Root);

    public static string Of(string kind, JsonElement content)
    {
        var summary = Summaries.TryGetValue(kind, out var summarise) ? summarise(content) : "exists";
        return At(content, "metadata", "deletionTimestamp") is null ? summary : $"{summary}, being deleted";
    }

    private static string Claim(JsonElement claim) => Text(claim, "status", "phase") switch
    {
        "Bound" => $"bound to {Text(claim, "spec", "volumeName")}, {Text(claim, "status", "capacity", "storage")}{Growing(claim)}{Attributes(claim)}",
        "Lost" => "lost its volume",
        _ when Annotation(claim, "volume.kubernetes.io/storage-provisioner") is { Length: > 0 } provisioner => $"being provisioned by {provisioner}",
        _ => "waiting for a volume",
    };

    private static string Growing(JsonElement claim)
    {
        var (asked, has) = (Text(claim, "spec", "resources", "requests", "storage"), Text(claim, "status", "capacity", "storage"));
        return Quantity.TryParse(asked, out var wanted) && Quantity.TryParse(has, out var got) && wanted > got ? $", asks for {asked}" : "";
    }

    private static string Attributes(JsonElement claim)
    {
        var (asked, has) = (Text(claim, "spec", "volumeAttributesClassName"), Text(claim, "status", "currentVolumeAttributesClassName"));
        var now = has.Length > 0 ? $", attributes of {has}" : "";
        return asked.Length > 0 && asked != has ? $"{now}, asks for those of {asked}" : now;
    }

    private static string Volume(JsonElement volume)
    {
        var phase = Text(volume, "status", "phase").ToLowerInvariant();
        var handle = Text(volume, "spec", "csi", "volumeHandle");
        var of = handle.Length > 0 ? $", volume {handle} of {Text(volume, "spec", "csi", "driver")}" : "";
        var attributes = Text(volume, "spec", "volumeAttributesClassName") is { Length: > 0 } name ? $", attributes of {name}" : "";
        return $"{phase}, {Text(volume, "spec", "capacity", "storage")}{of}{attributes}";
    }

    private static string Pod(JsonElement pod)
    {
        var node = Text(pod, "spec", "nodeName");
        return (Text(pod, "status", "phase"), node) switch
        {
            ("Running", _) => $"running on {node}, its volumes are published",
            ("Pending" or "", "") => "waiting for a node",
            ("Pending" or "", _) => $"on {node}, waiting for its volumes",
            (var phase, _) => phase.ToLowerInvariant(),
        };
    }

    private static string Attachment(JsonElement attachment)
    {
        var (volume, node) = (Text(attachment, "spec", "source", "persistentVolumeName"), Text(attachment, "spec", "nodeName"));
        if (IsTrue(attachment, "status", "attached")) return $"{volume} is attached to {node}";
        var error = Text(attachment, "status", "attachError", "message");
        return error.Length > 0 ? $"attaching {volume} to {node} failed: {error}" : $"{volume} is being attached to {node}";
    }

    private static string Driver(JsonElement driver) =>
        IsTrue(driver, "spec", "attachRequired") ? "registered, its volumes are attached" : "registered, its volumes need no attaching";

    private static string Node(JsonElement node)
    {
        var drivers = At(node, "spec", "drivers") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(d => Text(d, "name")).ToList() : [];
        return drivers.Count > 0 ? $"has {string.Join(", ", drivers)}" : "has no driver";
    }

    private static string Capacity(JsonElement capacity)
    {
        var size = Text(capacity, "maximumVolumeSize") is { Length: > 0 } largest ? largest : Text(capacity, "capacity");
        var labels = At(capacity, "nodeTopology", "matchLabels") is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().Select(label => label.Value.GetString()).ToList() : [];
        var where = labels.Count > 0 ? string.Join(", ", labels) : "no node";
        return $"{(size.Length > 0 ? $"room for volumes of {size}" : "no room known")} of class {Text(capacity, "storageClassName")} on {where}";
    }

    private static string Snapshot(JsonElement snapshot)
    {
        var source = Text(snapshot, "spec", "source", "persistentVolumeClaimName") is { Length: > 0 } claim
            ? $"of claim {claim}"
            : $"of content {Text(snapshot, "spec", "source", "volumeSnapshotContentName")}";
        if (IsTrue(snapshot, "status", "readyToUse")) return $"ready to use, {Text(snapshot, "status", "restoreSize")} {source}";
        return Text(snapshot, "status", "error", "message") is { Length: > 0 } error ? $"not ready, {source}: {error}" : $"being taken {source}";
    }

    private static string SnapshotContent(JsonElement content)
    {
        var of = Text(content, "status", "snapshotHandle") is { Length: > 0 } handle ? $", snapshot {handle} of {Text(content, "spec", "driver")}" : "";
        if (IsTrue(content, "status", "readyToUse")) return $"ready{of}";
        return Text(content, "status", "error", "message") is { Length: > 0 } error ? $"not ready{of}: {error}" : $"waiting for the driver{of}";
    }

    private static string Annotation(JsonElement content, string name) => Text(content, "metadata", "annotations", name);

    internal static string Text(JsonElement content, params ReadOnlySpan<string> path) =>
        At(content, path) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    internal static bool IsTrue(JsonElement content, params ReadOnlySpan<string> path) => At(content, path) is { ValueKind: JsonValueKind.True };

    private static JsonElement? At(JsonElement content, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (content.ValueKind != JsonValueKind.Object || !content.TryGetProperty(step, out content)) return null;
        }

        return content;
    }
}
