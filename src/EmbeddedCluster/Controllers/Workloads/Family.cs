using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// What belongs to a workload: the objects it controls and its selector selects. One that is selected and nobody's is taken over, as after a deletion
/// that left the pods where they were; one whose labels do not fit any longer is let go.
/// </summary>
internal static class Family
{
    public static List<StoredObject> Of(Storage storage, StoredObject owner, string resource)
    {
        var selector = owner.Root.At("spec", "selector");
        var members = new List<StoredObject>();
        foreach (var stored in storage.List(resource, owner.Namespace).Items)
        {
            var fits = LabelSelecting.Matches(selector, stored.Labels);
            if (OwnerReferences.IsControlledBy(stored, owner))
            {
                if (fits) members.Add(stored);
                else if (!owner.IsBeingDeleted) OwnerReferences.Remove(storage, stored, reference => reference.Text("uid") == owner.Uid);
            }
            else if (fits && !owner.IsBeingDeleted && !stored.IsBeingDeleted && OwnerReferences.ControllerOf(stored) is null
                && Adopt(storage, owner, stored) is { } adopted)
            {
                members.Add(adopted);
            }
        }
        return members;
    }

    /// <summary>The keys of the workloads of a resource that would take over an object that is nobody's.</summary>
    public static IEnumerable<string> KeysOfAdopters(Storage storage, StoredObject orphan, string owners) => OwnerReferences.ControllerOf(orphan) is not null
        ? []
        : storage.List(owners, orphan.Namespace).Items
            .Where(owner => LabelSelecting.Matches(owner.Root.At("spec", "selector"), orphan.Labels)).Select(ObjectKey.Of);

    private static StoredObject? Adopt(Storage storage, StoredObject owner, StoredObject orphan)
    {
        var content = orphan.ToJson();
        var references = content.Array("metadata", "ownerReferences") ?? [];
        references.Add((JsonNode)OwnerReferences.ToController(owner));
        content.Metadata()["ownerReferences"] = references.DeepClone();
        return storage.Update(orphan.Resource.GroupResource, content).Object;
    }
}
