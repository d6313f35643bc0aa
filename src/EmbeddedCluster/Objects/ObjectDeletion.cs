using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Deletes objects: preconditions, grace periods, finalizers. A namespace that is being deleted is emptied here and now, as the namespace controller
/// of a real cluster would do a moment later; it goes when its last object has gone.
/// </summary>
internal sealed class ObjectDeletion(ObjectStore store, ResourceCatalog catalog, TimeProvider time)
{
    private const string NamespaceFinalizer = "kubernetes";
    private const string Orphan = "orphan";
    private const string Foreground = "foregroundDeletion";

    /// <summary>Whether a garbage collector takes off the finalizers by which a deletion waits for it.</summary>
    public bool CollectsGarbage { get; set; }

    public StoreResult Run(ResourceDefinition resource, string ns, string name, DeleteOptions options)
    {
        while (true)
        {
            if (store.Table(resource).Find(resource.IsNamespaced ? ns : "", name) is not { } current) return ApiStatus.NotFound(resource, name);
            if (options.Uid is { } uid && uid != current.Uid) return ApiStatus.OtherUid(resource, name, uid, current.Uid);
            if (options.ResourceVersion is { } version && version != current.Version.ToString(CultureInfo.InvariantCulture))
                return ApiStatus.OtherVersion(resource, name, version, current.Version);
            if (Attempt(resource, current, options) is { } result) return result;
        }
    }

    /// <summary>True when nothing holds an object that is being deleted any longer.</summary>
    public static bool IsReleased(JsonObject content)
    {
        var metadata = content["metadata"];
        return metadata.At("deletionTimestamp") is not null && (metadata.Integer("deletionGracePeriodSeconds") ?? 0) == 0
            && metadata.Array("finalizers") is not { Count: > 0 } && content["spec"].Array("finalizers") is not { Count: > 0 };
    }

    /// <summary>Removes an object for good; null when it changed meanwhile.</summary>
    public StoredObject? Remove(ResourceDefinition resource, StoredObject current, JsonObject last)
    {
        if (store.TryRemove(resource, current, last) is not { } removed) return null;
        if (resource.IsNamespaced) FinishNamespace(current.Namespace);
        return removed;
    }

    private StoreResult? Attempt(ResourceDefinition resource, StoredObject current, DeleteOptions options)
    {
        var content = current.ToJson();
        var metadata = content.Metadata();
        var grace = resource.Rules.GracePeriod(content, options.GracePeriodSeconds);
        var isOtherwise = CollectsGarbage && Propagate(metadata, options.PropagationPolicy);
        var held = metadata.Array("finalizers") is { Count: > 0 } || grace > 0 || content["spec"].Array("finalizers") is { Count: > 0 };
        if (!held)
        {
            if (options.IsDryRun) return new StoreResult(current, null) { WasRemoved = true };
            if (Remove(resource, current, content) is not { } removed) return null;
            return new StoreResult(removed, null) { WasRemoved = true };
        }
        // A later delete may only shorten the wait.
        if (current.IsBeingDeleted && !isOtherwise && grace >= (metadata.Integer("deletionGracePeriodSeconds") ?? 0)) return current;

        var until = time.GetUtcNow().AddSeconds(grace);
        metadata["deletionTimestamp"] = WireTime.Of(until);
        metadata["deletionGracePeriodSeconds"] = grace;
        if (metadata.Integer("generation") is { } generation) metadata["generation"] = generation + 1;
        resource.Rules.PrepareForDeletion(content);
        if (options.IsDryRun) return store.Imagine(resource, content, current.Version);
        if (store.TryWrite(resource, current, content) is not { } stored) return null;
        if (resource.Kind == "Namespace") EmptyNamespace(current.Name);
        return stored;
    }

    /// <summary>Notes what is to become of dependents, for the garbage collector; false where that is noted already.</summary>
    private static bool Propagate(JsonObject metadata, string? policy)
    {
        if (policy is null) return false;
        var before = metadata.Array("finalizers").Texts().ToList();
        var after = before.Where(finalizer => finalizer is not (Orphan or Foreground)).ToList();
        if (policy == "Orphan") after.Add(Orphan);
        if (policy == "Foreground") after.Add(Foreground);
        if (after.SequenceEqual(before)) return false;
        metadata["finalizers"] = new JsonArray([.. after.Select(finalizer => (JsonNode)finalizer)]);
        return true;
    }

    private void EmptyNamespace(string ns)
    {
        foreach (var resource in catalog.All.Where(resource => resource.IsNamespaced))
            foreach (var stored in store.Table(resource).Current.In(ns).ToList())
                Run(resource, ns, stored.Name, DeleteOptions.Default); // a pod that runs is given its time: its kubelet has volumes to take away
        FinishNamespace(ns);
    }

    private void FinishNamespace(string ns)
    {
        var namespaces = BuiltInResources.Namespaces;
        while (store.Table(namespaces).Find("", ns) is { IsBeingDeleted: true, HasFinalizers: false } current)
        {
            if (catalog.All.Any(resource => resource.IsNamespaced && !store.Table(resource).Current.IsEmpty(ns))) return;
            var last = current.ToJson();
            if (last["spec"].Array("finalizers").Texts().Any(finalizer => finalizer != NamespaceFinalizer)) return;
            if (store.TryRemove(namespaces, current, last) is not null) return;
        }
    }
}
