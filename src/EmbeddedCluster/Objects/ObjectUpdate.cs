using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Replaces and patches objects and their status: optimistic locking, what each endpoint may touch, generation, validation, and the removal of an
/// object whose last finalizer goes. A patch without a version is repeated when somebody else writes in between; it never overwrites them.
/// </summary>
internal sealed class ObjectUpdate(ObjectStore store, ObjectCreation creation, ObjectDeletion deletion, Admission admission, FieldGates gates, TimeProvider time)
{
    /// <summary>PUT.</summary>
    public StoreResult Run(ResourceDefinition resource, string ns, string name, string subresource, JsonObject content, WriteOptions options)
    {
        if (ObjectIntake.Decode(resource, content, options) is { } unreadable) return unreadable;
        if (ObjectIntake.PlaceInNamespace(resource, ns, content) is { } misplaced) return misplaced;
        var own = content["metadata"].Text("name") ?? "";
        if (own.Length == 0) return Nameless(name);
        if (own != name) return ApiStatus.BadRequest($"the name of the object ({own}) does not match the name on the URL ({name})");

        while (true)
        {
            if (store.Table(resource).Find(resource.IsNamespaced ? ns : "", name) is not { } current)
            {
                if (!resource.Rules.AllowsCreateOnUpdate || subresource.Length > 0) return ApiStatus.NotFound(resource, name);
                content["metadata"]!.AsObject().Remove("resourceVersion");
                var created = creation.Run(resource, ns, content, options);
                return created.IsOk ? new StoreResult(created.Object, null) { WasCreated = true } : created;
            }
            // A precondition of PUT alone: in a patch, another uid is a change of what cannot be changed.
            if (content.Metadata().Text("uid") is { Length: > 0 } uid && uid != current.Uid)
                return ApiStatus.Conflict(resource, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
            if (Attempt(resource, current, subresource, content.DeepClone().AsObject(), options) is { } result) return result;
        }
    }

    /// <summary>PATCH.</summary>
    public StoreResult Run(ResourceDefinition resource, string ns, string name, string subresource, ObjectPatch patch, WriteOptions options)
    {
        while (true)
        {
            if (store.Table(resource).Find(resource.IsNamespaced ? ns : "", name) is not { } current) return ApiStatus.NotFound(resource, name);
            var (content, refused) = patch.Apply(resource, current);
            if (refused is not null) return refused;
            if (ObjectIntake.Decode(resource, content!, options) is { } unreadable) return patch.Blame(content!, unreadable);
            if (ObjectIntake.PlaceInNamespace(resource, ns, content!) is { } misplaced) return misplaced;
            if (string.IsNullOrEmpty(content!["metadata"].Text("name"))) return Nameless(name);
            if (content["metadata"].Text("name") != name)
                return ApiStatus.BadRequest($"the name of the object ({content["metadata"].Text("name")}) does not match the name on the URL ({name})");
            if (Attempt(resource, current, subresource, content, options) is { } result) return result;
        }
    }

    /// <summary>PATCH with an object to apply, which makes it where it is missing.</summary>
    public StoreResult Apply(ResourceDefinition resource, string ns, string name, string subresource, JsonObject applied, WriteOptions options)
    {
        if (ObjectIntake.DecodeApplied(resource, applied) is { } unreadable) return unreadable;
        if (ObjectIntake.PlaceInNamespace(resource, ns, applied) is { } misplaced) return misplaced;
        var own = applied["metadata"].Text("name") ?? "";
        if (own.Length == 0) return Nameless(name);
        if (own != name) return ApiStatus.BadRequest($"the name of the object ({own}) does not match the name on the URL ({name})");

        var (manager, now) = (options.FieldManager ?? options.Writer, WireTime.Of(time.GetUtcNow()));
        var merging = options with { KnowsOwners = true, IsStrict = false, IsLenient = true };
        while (true)
        {
            var current = store.Table(resource).Find(resource.IsNamespaced ? ns : "", name);
            if (current is null && subresource.Length > 0) return ApiStatus.NotFound(resource, name);
            if (current is null && applied["metadata"].Text("uid") is { Length: > 0 } uid)
                return ApiStatus.Conflict(resource, name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
            var live = current is null ? null : VersionConversion.Read(current, resource);
            var (content, refused) = FieldOwnership.Apply(resource, subresource, live, applied, manager, options.Force, now);
            if (refused is not null) return refused;
            if (current is null)
            {
                var created = creation.Run(resource, ns, content!, merging);
                if (created.IsOk) return new StoreResult(created.Object, null) { WasCreated = true };
                // Somebody else made it meanwhile: it is there to be applied to.
                if (created.Error.IsAlreadyExists && store.Table(resource).Find(resource.IsNamespaced ? ns : "", name) is not null) continue;
                return created;
            }
            if (ObjectIntake.Decode(resource, content!, merging) is { } mismatched) return mismatched;
            if (Attempt(resource, current, subresource, content!, merging) is { } result) return result;
        }
    }

    /// <summary>The binding subresource of a pod.</summary>
    public StoreResult Bind(ResourceDefinition pods, string ns, string name, string node)
    {
        while (true)
        {
            if (store.Table(pods).Find(ns, name) is not { } current) return ApiStatus.NotFound(pods, name);
            var content = current.ToJson();
            if (content["spec"].Text("nodeName") is { Length: > 0 } assigned)
                return ApiStatus.Conflict(pods, name, $"pod {name} is already assigned to node \"{assigned}\"");
            content.Child("spec")["nodeName"] = node;
            var conditions = content.Child("status").Array("conditions") ?? [];
            conditions.Add((JsonNode)new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "True",
                ["lastProbeTime"] = null,
                ["lastTransitionTime"] = WireTime.Of(time.GetUtcNow()),
            });
            if (conditions.Parent is null) content.Child("status")["conditions"] = conditions;
            if (store.TryWrite(pods, current, content) is { } stored) return stored;
        }
    }

    /// <summary>One attempt against one current version; null when somebody else wrote first and the client did not ask for a certain version.</summary>
    private StoreResult? Attempt(ResourceDefinition resource, StoredObject current, string subresource, JsonObject content, WriteOptions options)
    {
        var metadata = content.Metadata();
        var asked = metadata.Text("resourceVersion") ?? "";
        if (!long.TryParse(asked.Length > 0 ? asked : "0", NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return ApiStatus.Failed($"strconv.ParseUint: parsing {FieldErrors.Quote(asked)}: invalid syntax");
        // A patch starts from an object that has a version; it gets here without one only if it took it away.
        if (version == 0 && !resource.Rules.AllowsUnconditionalUpdate) return ApiStatus.MustNameVersion(resource, current.Name);
        if (version != 0 && version != current.Version) return ApiStatus.Modified(resource, current.Name);

        var old = VersionConversion.Read(current, resource);
        Prepare(resource, subresource, content, old);
        var errors = new FieldErrors();
        MetadataRules.ValidateUpdate(content, old, errors);
        MetadataRules.Validate(resource, content, errors);
        if (subresource == "status") resource.Rules.ValidateStatusUpdate(content, old, errors);
        else resource.Rules.ValidateReplacement(content, old, errors);
        options.Warnings?.AddRange(errors.Warnings);
        if (errors.Any) return ApiStatus.Invalid(resource, current.Name, errors);
        if (subresource.Length is 0 && admission.AdmitUpdate(resource, content, old) is { } refused) return refused;

        if (!options.KnowsOwners) FieldOwnership.Update(resource, subresource, content, old, options.FieldManager ?? options.Writer, WireTime.Of(time.GetUtcNow()));
        content.Metadata()["resourceVersion"] = old["metadata"].Text("resourceVersion");
        if (IsUnchanged(content, old)) return current;
        if (ObjectDeletion.IsReleased(content))
        {
            if (!options.IsDryRun && deletion.Remove(resource, current, old) is null) return null;
            return store.Imagine(resource, content, current.Version);
        }
        if (options.IsDryRun) return store.Imagine(resource, content, current.Version);
        if (store.TryWrite(resource, current, content) is not { } stored) return null;
        return stored;
    }

    private void Prepare(ResourceDefinition resource, string subresource, JsonObject content, JsonObject old)
    {
        var (metadata, previous) = (content.Metadata(), old.Metadata());
        resource.Rules.SetDefaults(content);
        metadata.CopyFrom(previous, "generation");
        metadata.CopyFrom(previous, "selfLink");
        if (subresource == "status")
        {
            foreach (var (field, _) in content.Where(entry => entry.Key is not ("status" or "metadata" or "kind" or "apiVersion")).ToList())
                content.Remove(field);
            foreach (var (field, value) in old)
                if (field is not ("status" or "metadata" or "kind" or "apiVersion")) content[field] = value?.DeepClone();
            if (resource.Rules.StatusIgnoresMetadata) content["metadata"] = previous.DeepClone();
            else if (resource.Rules.StatusKeepsMetadata)
                foreach (var field in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences"])
                    metadata.CopyFrom(previous, field);
            resource.Rules.PrepareForStatusUpdate(content, old, time.GetUtcNow());
            return;
        }
        if (resource.HasStatus) content.CopyFrom(old, "status");
        gates.Apply(resource, content, old);
        resource.Rules.PrepareForUpdate(content, old);
        if (resource.Rules.TracksGeneration && !SameBody(content, old, resource.HasStatus))
            metadata["generation"] = (previous.Integer("generation") ?? 0) + 1;
    }

    // The server compares what it would store; the type header is not part of that.
    private static bool IsUnchanged(JsonObject content, JsonObject old) =>
        SameBody(content, old, ignoreStatus: false) && JsonNode.DeepEquals(content["metadata"], old["metadata"]);

    private static bool SameBody(JsonObject content, JsonObject old, bool ignoreStatus)
    {
        static bool Counts(string field, bool ignoreStatus) => field is not ("metadata" or "kind" or "apiVersion") && !(ignoreStatus && field == "status");
        if (content.Count(entry => Counts(entry.Key, ignoreStatus)) != old.Count(entry => Counts(entry.Key, ignoreStatus))) return false;
        foreach (var (field, value) in content)
            if (Counts(field, ignoreStatus) && (!old.TryGetPropertyValue(field, out var before) || !JsonNode.DeepEquals(value, before))) return false;
        return true;
    }

    private static ApiStatus Nameless(string name) =>
        ApiStatus.BadRequest($"the name of the object ({name} based on URL) was undeterminable: name must be provided");
}
