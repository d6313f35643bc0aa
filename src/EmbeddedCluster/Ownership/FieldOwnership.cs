using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Who owns which fields of an object, kept in its <c>managedFields</c> as a real server keeps it. Appliers say all that they own; whoever writes
/// otherwise owns what they changed. An object is watched so from its first applier on, or from its creation where the creator said who it is
/// (<c>fieldManager</c>); of all others nothing is kept, so that a sidecar's writes cost no more than they did.
/// </summary>
internal static class FieldOwnership
{
    private const string BeforeFirstApply = "before-first-apply";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string Kubectl = "kubectl";
    private const string Status = "f:status";
    private const string Metadata = "f:metadata";

    // What the server itself writes has no owner.
    private const string Scale = "scale";

    private static readonly FieldSet s_serversOwn = FieldSet.Parse(JsonNode.Parse(
        """
        {"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},"f:namespace":{},"f:creationTimestamp":{},"f:selfLink":{},"f:uid":{},"f:generation":{},
         "f:managedFields":{},"f:resourceVersion":{},"f:deletionTimestamp":{},"f:deletionGracePeriodSeconds":{}}}
        """)!.AsObject());

    /// <summary>
    /// Notes the creator of an object as the owner of all that is in it, where the creator has a name. It is called before the server gives out what is
    /// its own to give, and before admission.
    /// </summary>
    public static void Create(ResourceDefinition resource, JsonObject content, string? manager, string now)
    {
        var metadata = content.Metadata();
        metadata.Remove("managedFields");
        if (string.IsNullOrEmpty(manager)) return;
        var fields = Kept(resource, "", FieldReading.Compare(resource.Shape?.Zero() as JsonObject ?? [], content, MergeShape.Of(resource)).Changed);
        metadata["managedFields"] = FieldOwner.Write([new FieldOwner(manager, false, resource.GroupVersion, "", now, fields)]);
    }

    /// <summary>Notes what a replacement or a patch changed as its writer's. A client may also change the entries themselves.</summary>
    public static void Update(ResourceDefinition resource, string subresource, JsonObject content, JsonObject old, string manager, string now)
    {
        var metadata = content.Metadata();
        var kept = old["metadata"].Array("managedFields");
        // Whoever leaves the entries out, or sends what cannot be read, means those there are. A list of nothing drops them.
        var sent = metadata.Array("managedFields") is { Count: > 0 } own && FieldOwner.Read(own) is not null ? own : kept;
        var owners = FieldOwner.Read(sent) ?? [];
        if (owners.Count == 0)
        {
            metadata.Remove("managedFields");
            return;
        }
        var (changed, removed) = FieldReading.Compare(old, content, MergeShape.Of(resource));
        (changed, removed) = (Kept(resource, subresource, changed), Kept(resource, subresource, removed));
        // Upstream notes who scales only where the number was somebody's: one that is there by default stays nobody's.
        var isUnowned = subresource == Scale && !owners.Exists(owner => owner.Fields.Child("f:spec")?.Child("f:replicas") is not null);
        if (isUnowned || (changed.IsEmpty && removed.IsEmpty))
        {
            metadata["managedFields"] = sent!.DeepClone();
            return;
        }
        var writer = new FieldOwner(manager, false, resource.GroupVersion, subresource, now, changed);
        var before = owners.Find(writer.IsSame);
        var lost = FieldSet.Union(changed, removed);
        owners = [.. owners.Where(owner => owner != before).Select(owner => owner with { Fields = FieldSet.Difference(owner.Fields, lost) })];
        owners.Add(writer with { Fields = FieldSet.Union(FieldSet.Difference(before?.Fields, removed), changed) });
        metadata["managedFields"] = FieldOwner.Write(owners.Where(owner => !owner.Fields.IsEmpty));
    }

    /// <summary>
    /// The live object with what was applied to it, its owners up to date, or why not: a list that cannot be merged, or fields that are somebody else's
    /// and would change. <paramref name="live"/> is null for an object that is made by this.
    /// </summary>
    public static (JsonObject? Content, ApiStatus? Error) Apply(
        ResourceDefinition resource, string subresource, JsonObject? live, JsonObject applied, string manager, bool force, string now)
    {
        var shape = MergeShape.Of(resource);
        if (ProblemOf(applied, shape, "") is { } problem)
            return (null, ApiStatus.Failed(ApplyConflict.NotTyped(resource, applied, problem)));
        var owners = FieldOwner.Read(live?["metadata"].Array("managedFields")) ?? [];
        live = live?.DeepClone().AsObject();
        live?["metadata"]?.AsObject().Remove("managedFields");
        if (owners.Count == 0 && live is not null)
            owners.Add(new FieldOwner(BeforeFirstApply, false, resource.GroupVersion, "", now, Kept(resource, "", FieldReading.Of(live, shape))));

        var applier = new FieldOwner(manager, true, resource.GroupVersion, subresource, now, Kept(resource, subresource, FieldReading.Of(applied, shape)));
        var before = owners.Find(applier.IsSame);
        owners.RemoveAll(applier.IsSame);
        var merged = live is null ? applied.DeepClone().AsObject() : ApplyMerge.Merge(live, applied, shape)!.AsObject();
        ApplyMerge.Prune(merged, shape, before?.Fields, owners.Aggregate(applier.Fields, (owned, owner) => FieldSet.Union(owned, owner.Fields)));

        var (changed, removed) = FieldReading.Compare(live ?? [], merged, shape);
        changed = Kept(resource, subresource, changed);
        var conflicts = owners.Select(owner => (Owner: owner, Fields: FieldSet.Intersection(owner.Fields, changed))).Where(conflict => !conflict.Fields.IsEmpty).ToList();
        if (conflicts.Count > 0 && !force && !WasAppliedByKubectl(manager, live, conflicts, shape)) return (null, ApplyConflict.Of(conflicts));

        if (manager == Kubectl && merged["metadata"].At("annotations", LastApplied) is not null)
            merged["metadata"]!["annotations"]![LastApplied] = applied.ToJsonString(FieldErrors.Plain) + "\n";
        var lost = FieldSet.Union(changed, Kept(resource, subresource, removed));
        owners = [.. owners.Select(owner => owner with { Fields = FieldSet.Difference(owner.Fields, lost) }).Where(owner => !owner.Fields.IsEmpty)];
        var saysNothingNew = lost.IsEmpty && before is not null && before.Fields.Equals(applier.Fields) && before.ApiVersion == applier.ApiVersion;
        if (!applier.Fields.IsEmpty) owners.Add(saysNothingNew ? before! : applier);
        merged.Metadata()["managedFields"] = FieldOwner.Write(owners);
        return (merged, null);
    }

    /// <summary>
    /// kubectl may take over without force what kubectl itself applied before, from the client's side: the annotation of that time says which fields.
    /// </summary>
    private static bool WasAppliedByKubectl(string manager, JsonObject? live, List<(FieldOwner Owner, FieldSet Fields)> conflicts, MergeShape shape)
    {
        if (manager != Kubectl || live?["metadata"].Text("annotations", LastApplied) is not { } text) return false;
        try
        {
            var mine = FieldReading.Of(JsonNode.Parse(text), shape);
            return conflicts.TrueForAll(conflict => FieldSet.Difference(conflict.Fields, mine).IsEmpty);
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    /// <summary>Without what is the server's own, and without what a write to this place of the object cannot change.</summary>
    private static FieldSet Kept(ResourceDefinition resource, string subresource, FieldSet fields)
    {
        fields = FieldSet.Difference(fields, s_serversOwn);
        if (!resource.HasStatus) return fields;
        if (subresource != "status") return fields.Only(Status, keepsIt: false);
        return resource.Rules.StatusKeepsMetadata || resource.Rules.StatusIgnoresMetadata
            ? fields.Only(Status, keepsIt: true)
            : FieldSet.Union(fields.Only(Status, keepsIt: true), fields.Only(Metadata, keepsIt: true));
    }

    private static string? ProblemOf(JsonNode? value, MergeShape shape, string path)
    {
        switch (value)
        {
            case JsonObject fields when !shape.IsAtomic:
                foreach (var (name, child) in fields)
                    if (ProblemOf(child, shape.Part(name).Shape, $"{path}.{name}") is { } wrong) return wrong;
                return null;
            case JsonArray items when ListElements.AreOwned(shape):
                if (ListElements.Problem(items, shape) is { } problem) return $"{path}: {problem}";
                foreach (var (step, item) in ListElements.Of(items, shape))
                    if (ProblemOf(item, shape.Element, path + FieldSet.Show([step])) is { } wrong) return wrong;
                return null;
            default:
                return null;
        }
    }
}
