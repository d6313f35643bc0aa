using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Takes away what belonged to objects that are gone, and carries out the two other ways of deleting: dependents first (foreground), and leaving them
/// behind (orphan). It looks after the built-in kinds; owners of kinds that are not served are taken to be there.
/// </summary>
internal sealed class GarbageCollector(ControllerContext context)
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    // By the uid of the owner, the keys of what names it. Where nothing may be missed, the objects themselves are looked through.
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> _dependents = new(StringComparer.Ordinal);

    public static ControllerLoop Start(ControllerContext context)
    {
        var collector = new GarbageCollector(context);
        // From here on deletions that want it wait for the collector; without one they would wait for ever.
        context.Storage.CollectsGarbage = true;
        var loop = new ControllerLoop("garbage collector", context, (key, _) => new(collector.Reconcile(key)));
        foreach (var resource in context.Storage.Resources.All.Where(resource => !resource.IsCustom && resource.Plural != "events"))
            loop.On(resource.GroupResource, change => collector.Concerned(change));
        return loop;
    }

    private IEnumerable<string> Concerned(WatchEvent change)
    {
        var (stored, key) = (change.Object, $"{change.Object.Resource.GroupResource}|{ObjectKey.Of(change.Object)}");
        foreach (var reference in OwnerReferences.Of(stored)) Note(reference.Text("uid"), key, change.Type != WatchEventType.Deleted);
        if (change.Type == WatchEventType.Deleted) return [.. OwnersOf(stored), .. _dependents.TryRemove(stored.Uid, out var left) ? left.Keys : []];
        if (stored.IsBeingDeleted || OwnerReferences.Of(stored).Any()) return [key];
        // What was let go of may have been all that its owner waited for.
        return change.Previous is { } before ? OwnersOf(before) : [];
    }

    private void Note(string owner, string key, bool isThere)
    {
        if (isThere) _dependents.GetOrAdd(owner, _ => new(StringComparer.Ordinal))[key] = 0;
        else if (_dependents.TryGetValue(owner, out var others)) others.TryRemove(key, out _);
    }

    private IEnumerable<string> OwnersOf(StoredObject dependent) => OwnerReferences.Of(dependent)
        .Select(reference => Find(dependent, reference)).OfType<StoredObject>().Where(owner => owner.IsBeingDeleted)
        .Select(owner => $"{owner.Resource.GroupResource}|{ObjectKey.Of(owner)}");

    private Outcome Reconcile(string key)
    {
        var (resource, name) = (key[..key.IndexOf('|', StringComparison.Ordinal)], key[(key.IndexOf('|', StringComparison.Ordinal) + 1)..]);
        if (context.Storage.Find(resource, name) is not { } stored) return Outcome.Done;
        if (stored.IsBeingDeleted)
        {
            if (stored.HasFinalizer(Orphan)) return LeaveBehind(stored);
            return stored.HasFinalizer(Foreground) ? DependentsFirst(stored) : Outcome.Done;
        }
        return Judge(stored);
    }

    /// <summary>An object all of whose owners are gone goes; one that has some left forgets those that are gone.</summary>
    private Outcome Judge(StoredObject stored)
    {
        var owners = OwnerReferences.Of(stored)
            .Select(reference => (Reference: reference, Owner: Find(stored, reference), IsKnown: CanBeLookedUp(stored, reference))).ToList();
        if (owners.Count == 0) return Outcome.Done;
        var gone = owners.Where(owner => owner.IsKnown && owner.Owner is null).Select(owner => owner.Reference.Text("uid")).ToList();
        var leaving = owners.Where(owner => owner.Owner is { IsBeingDeleted: true } and var found && found.HasFinalizer(Foreground)
            && owner.Reference.Flag("blockOwnerDeletion") == true).ToList();
        if (gone.Count + leaving.Count == owners.Count)
        {
            // Of the object that was judged: another worker may have left it behind meanwhile.
            var version = stored.Version.ToString(CultureInfo.InvariantCulture);
            var policy = leaving.Count > 0 && DependentsOf(stored).Any() ? "Foreground" : "Background";
            return Outcome.Of(context.Storage.Delete(
                stored.Resource.GroupResource, stored.Namespace, stored.Name, new DeleteOptions { Uid = stored.Uid, ResourceVersion = version, PropagationPolicy = policy }));
        }
        return gone.Count == 0
            ? Outcome.Done
            : Outcome.Of(OwnerReferences.Remove(context.Storage, stored, reference => gone.Contains(reference.Text("uid") ?? "")));
    }

    private Outcome DependentsFirst(StoredObject owner)
    {
        var dependents = DependentsOf(owner).ToList();
        foreach (var dependent in dependents.Where(dependent => !dependent.IsBeingDeleted))
            if (Judge(dependent) is { RetryReason: not null } failed) return failed;
        var isHeld = DependentsOf(owner).Any(dependent =>
            OwnerReferences.Of(dependent).Any(reference => reference.Text("uid") == owner.Uid && reference.Flag("blockOwnerDeletion") == true));
        return isHeld ? Outcome.Done : Outcome.Of(Finalizers.Remove(context.Storage, owner, Foreground));
    }

    private Outcome LeaveBehind(StoredObject owner)
    {
        foreach (var dependent in DependentsOf(owner).ToList())
        {
            var written = OwnerReferences.Remove(context.Storage, dependent, reference => reference.Text("uid") == owner.Uid);
            if (!written.IsOk && !written.Error.IsNotFound) return Outcome.Of(written);
        }
        return Outcome.Of(Finalizers.Remove(context.Storage, owner, Orphan));
    }

    private IEnumerable<StoredObject> DependentsOf(StoredObject owner) => context.Storage.Resources.All
        .Where(resource => !resource.IsCustom && resource.Plural != "events")
        .SelectMany(resource => context.Storage.List(resource.GroupResource, owner.Namespace).Items)
        .Where(stored => OwnerReferences.Of(stored).Any(reference => reference.Text("uid") == owner.Uid));

    /// <summary>Whether an owner that is not found is gone: one of an unknown kind, or in a namespace nobody names, may be there all the same.</summary>
    private bool CanBeLookedUp(StoredObject dependent, JsonElement reference) =>
        Definition(reference) is { } resource && (!resource.IsNamespaced || dependent.Resource.IsNamespaced);

    private ResourceDefinition? Definition(JsonElement reference) => context.Storage.Resources.All.FirstOrDefault(resource =>
        resource.Kind == reference.Text("kind") && resource.GroupVersion == reference.Text("apiVersion"));

    private StoredObject? Find(StoredObject dependent, JsonElement reference) =>
        Definition(reference) is { } resource
        && context.Storage.Get(resource.GroupResource, dependent.Namespace, reference.Text("name")).Object is { } found && found.Uid == reference.Text("uid")
            ? found
            : null;
}
