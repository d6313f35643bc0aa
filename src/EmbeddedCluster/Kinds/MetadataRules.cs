using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The rules every object's metadata obeys, on create and on update.</summary>
internal static class MetadataRules
{
    private const int LongestAnnotations = 256 * 1024;

    public static void Validate(ResourceDefinition resource, JsonObject content, FieldErrors errors)
    {
        var metadata = content.Metadata();
        var (name, prefix) = (metadata.Text("name") ?? "", metadata.Text("generateName") ?? "");
        if (prefix.Length > 0 && resource.Rules.CheckName(prefix, isPrefix: true) is { } wrongPrefix)
            errors.Invalid("metadata.generateName", prefix, wrongPrefix);
        if (name.Length == 0) errors.Required("metadata.name", "name or generateName is required");
        else if (resource.Rules.CheckName(name, isPrefix: false) is { } wrong) errors.Invalid("metadata.name", name, wrong);

        foreach (var (key, value) in metadata.Object("labels") ?? [])
        {
            if (Names.CheckQualified(key) is { } wrongKey) errors.Invalid("metadata.labels", key, wrongKey);
            var text = JsonReading.AsText(value) ?? "";
            if (Names.CheckLabelValue(text) is { } wrongValue) errors.Invalid("metadata.labels", text, wrongValue);
        }
        var size = 0;
        foreach (var (key, value) in metadata.Object("annotations") ?? [])
        {
            if (Names.CheckQualified(key.ToLowerInvariant()) is { } wrongKey) errors.Invalid("metadata.annotations", key, wrongKey);
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(JsonReading.AsText(value) ?? "");
        }
        if (size > LongestAnnotations) errors.TooLong("metadata.annotations", LongestAnnotations);
        ValidateOwners(metadata, errors);
        var position = 0;
        foreach (var finalizer in metadata.Array("finalizers").Texts())
        {
            var path = $"metadata.finalizers[{position++}]";
            if (Names.CheckQualified(finalizer) is { } wrongFinalizer)
                errors.Invalid("metadata.finalizers", finalizer, wrongFinalizer);
            else if (resource.Rules.QualifiesFinalizers && !finalizer.Contains('/') && finalizer is not ("kubernetes" or "orphan" or "foregroundDeletion"))
                errors.Invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    /// <summary>Carries over what a client may leave out, and refuses what it may not change.</summary>
    public static void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var (metadata, previous) = (content.Metadata(), old.Metadata());
        // What a client says about these two is never heard; only an object that is not being deleted cannot be said to be so.
        metadata.CopyFrom(previous, "creationTimestamp");
        if (previous["deletionTimestamp"] is not null) metadata.CopyFrom(previous, "deletionTimestamp");
        foreach (var field in (ReadOnlySpan<string>)["uid", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            if (metadata[field] is null) metadata.CopyFrom(previous, field);
            else if (!JsonNode.DeepEquals(metadata[field], previous[field])) errors.Immutable("metadata." + field, metadata[field]);
        }
        if (metadata["deletionTimestamp"] is null) return;
        var held = previous.Array("finalizers").Texts().ToHashSet(StringComparer.Ordinal);
        var added = metadata.Array("finalizers").Texts().Where(finalizer => !held.Contains(finalizer)).ToList();
        if (added.Count > 0)
            errors.Forbidden(
                "metadata.finalizers",
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(FieldErrors.Quote))}}}");
    }

    private static void ValidateOwners(JsonObject metadata, FieldErrors errors)
    {
        // The server does not say which of the owners it means.
        const string path = "metadata.ownerReferences";
        JsonObject? controller = null;
        foreach (var owner in metadata.Array("ownerReferences").Objects())
        {
            var version = owner.Text("apiVersion") ?? "";
            if (version.Length == 0 || version.Count(c => c == '/') > 1) errors.Invalid(path + ".apiVersion", version, "version must not be empty");
            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
                if (string.IsNullOrEmpty(owner.Text(field))) errors.Invalid($"{path}.{field}", "", "must not be empty");
            if (version == "v1" && owner.Text("kind") == "Event") errors.Invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
            if (owner.Flag("controller") != true) continue;
            if (controller is null) controller = owner;
            else
                errors.Invalid(
                    path,
                    metadata["ownerReferences"],
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {Show(controller)} and {Show(owner)}");
        }
    }

    private static string Show(JsonObject owner) => $"{owner.Text("kind")}/{owner.Text("name")}";
}
