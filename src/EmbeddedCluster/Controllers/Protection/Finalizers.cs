using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Puts finalizers on objects and takes them off, leaving those of others alone.</summary>
internal static class Finalizers
{
    public static StoreResult Add(Storage storage, StoredObject stored, string finalizer)
    {
        if (stored.HasFinalizer(finalizer)) return stored;
        var content = stored.ToJson();
        var finalizers = content.Metadata().Array("finalizers") ?? [];
        finalizers.Add((JsonNode)finalizer);
        content.Metadata()["finalizers"] = finalizers.DeepClone();
        return storage.Update(stored.Resource.GroupResource, content);
    }

    public static StoreResult Remove(Storage storage, StoredObject stored, string finalizer)
    {
        if (!stored.HasFinalizer(finalizer)) return stored;
        var content = stored.ToJson();
        content.Metadata()["finalizers"] = new JsonArray(
            [.. stored.Root.Texts("metadata", "finalizers").Where(name => name != finalizer).Select(name => (JsonNode)name)]);
        return storage.Update(stored.Resource.GroupResource, content);
    }
}
