using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Whose an object is: the references in its metadata, of which at most one is that of the controller that looks after it.</summary>
internal static class OwnerReferences
{
    /// <summary>The reference by which a controller marks what it made, and that its owner is not to be gone before.</summary>
    public static JsonObject ToController(StoredObject owner) => new()
    {
        ["apiVersion"] = owner.Resource.GroupVersion,
        ["kind"] = owner.Resource.Kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    public static IEnumerable<JsonElement> Of(StoredObject stored) => stored.Root.Items("metadata", "ownerReferences");

    public static JsonElement? ControllerOf(StoredObject stored)
    {
        foreach (var reference in Of(stored))
            if (reference.Flag("controller") == true) return reference;
        return null;
    }

    public static bool IsControlledBy(StoredObject stored, StoredObject owner) => ControllerOf(stored)?.Text("uid") == owner.Uid;

    /// <summary>The key of the controller of that kind; nothing where somebody else or nobody looks after the object.</summary>
    public static IEnumerable<string> KeysOf(StoredObject stored, string kind) =>
        ControllerOf(stored) is { } reference && reference.Text("kind") == kind ? [ObjectKey.Of(stored.Namespace, reference.Text("name"))] : [];

    /// <summary>Takes the references to an owner off an object that goes on without it.</summary>
    public static StoreResult Remove(Storage storage, StoredObject stored, Func<JsonObject, bool> isTheirs)
    {
        var content = stored.ToJson();
        var kept = content.Array("metadata", "ownerReferences").Objects().Where(reference => !isTheirs(reference)).Select(reference => reference.DeepClone()).ToArray();
        if (kept.Length > 0) content.Metadata()["ownerReferences"] = new JsonArray(kept);
        else content.Metadata().Remove("ownerReferences");
        return storage.Update(stored.Resource.GroupResource, content);
    }
}
