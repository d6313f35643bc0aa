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
        foreach (var finalizer in metadata.Array("finalizers").Texts())
            if (Names.CheckQualified(finalizer) is { } wrongFinalizer)
                errors.Invalid("metadata.finalizers", finalizer, wrongFinalizer);
            else if (!finalizer.Contains('/') && finalizer is not ("kubernetes" or "orphan" or "foregroundDeletion"))
                errors.Invalid("metadata.finalizers", finalizer, "name is neither a standard finalizer name nor is it fully qualified");
    }

    /// <summary>Carries over what a client may leave out, and refuses what it may not change.</summary>
    public static void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var (metadata, previous) = (content.Metadata(), old.Metadata());
        foreach (var field in (ReadOnlySpan<string>)["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"])
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
        var controllers = 0;
        var index = 0;
        foreach (var owner in metadata.Array("ownerReferences").Objects())
        {
            var path = $"metadata.ownerReferences[{index++}]";
            if (string.IsNullOrEmpty(owner.Text("apiVersion"))) errors.Invalid(path + ".apiVersion", "", "version must not be empty");
            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
                if (string.IsNullOrEmpty(owner.Text(field))) errors.Invalid($"{path}.{field}", "", "must not be empty");
            if (owner.Flag("controller") == true) controllers++;
        }
        if (controllers > 1)
            errors.Invalid("metadata.ownerReferences", metadata["ownerReferences"], "Only one reference can have Controller set to true.");
    }
}
