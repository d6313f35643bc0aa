using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Creates objects: decode, admit, fill in metadata, default, validate, store, in the real server's order.</summary>
internal sealed class ObjectCreation(ObjectStore store, Admission admission, FieldGates gates, TimeProvider time)
{
    private const string GeneratedAlphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int GeneratedLength = 5;
    private const int LongestPrefix = 63 - GeneratedLength;
    private const int GeneratedAttempts = 8;

    public StoreResult Run(ResourceDefinition resource, string ns, JsonObject content, WriteOptions options)
    {
        if (ObjectIntake.Decode(resource, content, options) is { } unreadable) return unreadable;
        if (ObjectIntake.PlaceInNamespace(resource, ns, content) is { } misplaced) return misplaced;
        var metadata = content.Metadata();
        if (metadata.Text("resourceVersion") is not (null or "" or "0")) return ApiStatus.Failed("resourceVersion should not be set on objects to be created");

        var prefix = string.IsNullOrEmpty(metadata.Text("name")) ? metadata.Text("generateName") : null;
        Prepare(resource, content, options);
        if (admission.Admit(resource, content) is { } refused) return refused;
        for (var attempt = 1; ; attempt++)
        {
            if (!string.IsNullOrEmpty(prefix)) metadata["name"] = Generate(prefix);
            var errors = new FieldErrors();
            MetadataRules.Validate(resource, content, errors);
            resource.Rules.Validate(content, errors);
            if (errors.Any) return ApiStatus.Invalid(resource, metadata.Text("name") ?? "", errors);

            var name = metadata.Text("name")!;
            if (options.IsDryRun && store.Table(resource).Find(metadata.Text("namespace") ?? "", name) is null)
                return store.Imagine(resource, content, store.Version);
            if (!options.IsDryRun && store.TryWrite(resource, null, content) is { } stored) return stored;
            if (!string.IsNullOrEmpty(prefix) && attempt < GeneratedAttempts) continue;
            return store.Table(resource).Find(metadata.Text("namespace") ?? "", name) is { IsBeingDeleted: true }
                ? ApiStatus.StillThere(resource, name)
                : ApiStatus.AlreadyExists(resource, name);
        }
    }

    private void Prepare(ResourceDefinition resource, JsonObject content, WriteOptions options)
    {
        var metadata = content.Metadata();
        foreach (var field in (ReadOnlySpan<string>)["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "resourceVersion"])
            metadata.Remove(field);
        var now = time.GetUtcNow();
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = WireTime.Of(now);
        if (resource.Rules.TracksGeneration) metadata["generation"] = 1;
        if (resource.HasStatus) ObjectIntake.ResetStatus(resource, content);
        resource.Rules.SetDefaults(content);
        gates.Apply(resource, content, old: null);
        if (!options.KnowsOwners) FieldOwnership.Create(resource, content, options.FieldManager, WireTime.Of(now));
        resource.Rules.PrepareForCreate(content, now);
    }

    private static string Generate(string prefix) =>
        string.Concat(prefix.AsSpan(0, Math.Min(prefix.Length, LongestPrefix)), RandomNumberGenerator.GetString(GeneratedAlphabet, GeneratedLength));
}
