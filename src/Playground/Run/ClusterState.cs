using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Playground;

/// <summary>What the cluster holds of the objects that were applied, read anew with every question.</summary>
internal sealed class ClusterState(Storage storage)
{
    private static readonly string[] s_living = ["pods", "persistentvolumeclaims", "volumesnapshots.snapshot.storage.k8s.io"];

    public StoredObject? Find(string resource, JsonObject manifest) => storage.Get(resource, NamespaceOf(manifest), NameOf(manifest)).Object;

    public StoredObject? Find(string resource, string name) => storage.Get(resource, null, name).Object;

    public IReadOnlyList<StoredObject> List(string resource) => storage.List(resource).Items;

    /// <summary>Every pod, claim and snapshot that is there now, whoever made it.</summary>
    public IReadOnlyList<JsonObject> Living() =>
        [.. s_living.SelectMany(List).Select(stored => stored.ToJson())];

    /// <summary>The phase in its status; empty while there is none.</summary>
    public string Phase(string resource, JsonObject manifest) =>
        Find(resource, manifest) is { } stored ? ObjectSummary.Text(stored.Root, "status", "phase") : "";

    /// <summary>Its name and state in plain words.</summary>
    public string Tell(string resource, JsonObject manifest) =>
        Find(resource, manifest) is { } stored ? $"{ObjectName.Of(manifest)}: {ObjectSummary.Of(stored)}" : $"{ObjectName.Of(manifest)} does not exist";

    /// <summary>The manifests of a kind that have a name by which they can be found again.</summary>
    public static IReadOnlyList<JsonObject> OfKind(IEnumerable<JsonObject> manifests, string kind) =>
        [.. manifests.Where(manifest => manifest["kind"]?.ToString() == kind && NameOf(manifest).Length > 0)];

    public static string NameOf(JsonObject manifest) => manifest["metadata"]?["name"]?.ToString() ?? "";

    public static string NamespaceOf(JsonObject manifest) => manifest["metadata"]?["namespace"]?.ToString() ?? "default";
}
