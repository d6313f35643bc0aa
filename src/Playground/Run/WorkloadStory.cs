using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.Playground;

/// <summary>
/// The steps that follow from what makes pods among the manifests: a StatefulSet or a Deployment has all of them ready, and is gone before its
/// pods are deleted, so that they stay away. Of other kinds nothing is waited for, which is said.
/// </summary>
internal sealed class WorkloadStory(ClusterState state, IReadOnlyList<JsonObject> manifests)
{
    private static readonly Dictionary<string, string> s_resources = new(StringComparer.Ordinal)
    {
        ["StatefulSet"] = "statefulsets.apps",
        ["Deployment"] = "deployments.apps",
    };

    private static readonly string[] s_others = ["DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"];

    /// <summary>Those whose pods are waited for.</summary>
    public IReadOnlyList<JsonObject> All { get; } = [.. s_resources.Keys.SelectMany(kind => ClusterState.OfKind(manifests, kind))];

    /// <summary>One line for each that makes pods elsewhere, and whose pods are not waited for.</summary>
    public IEnumerable<string> NotWaitedFor() =>
        s_others.SelectMany(kind => ClusterState.OfKind(manifests, kind)).Select(manifest => $"{ObjectName.Of(manifest)} is applied, and its pods are not waited for");

    /// <summary>What has to be true once everything is up.</summary>
    public IEnumerable<Step> Rising() => All.Select(manifest => new Step(
        $"{ObjectName.Of(manifest)} has all its pods", Story.Kubelet, () => Ready(manifest) >= Wanted(manifest),
        () => state.Find(ResourceOf(manifest), manifest) is null ? "it does not exist" : $"{Ready(manifest)} of {Wanted(manifest)} pods are ready")
    { Deed = $"all pods of {ObjectName.Of(manifest)} ready" });

    /// <summary>What has to be true before its pods can be deleted for good.</summary>
    public IEnumerable<Step> Gone() => All.Select(manifest => new Step(
        $"{ObjectName.Of(manifest)} is gone", Story.Kubelet, () => state.Find(ResourceOf(manifest), manifest) is null, () => "it is still there"));

    private static string ResourceOf(JsonObject manifest) => s_resources[manifest["kind"]!.ToString()];

    // The server fills in one where the manifest says nothing, and a scale may have changed it since.
    private int Wanted(JsonObject manifest) => Number(manifest, "spec", "replicas") ?? 1;

    private int Ready(JsonObject manifest) => Number(manifest, "status", "readyReplicas") ?? 0;

    private int? Number(JsonObject manifest, string part, string field) =>
        state.Find(ResourceOf(manifest), manifest) is { } stored && stored.Root.TryGetProperty(part, out var content)
        && content.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.Number
            ? int.Parse(value.GetRawText(), CultureInfo.InvariantCulture)
            : null;
}
