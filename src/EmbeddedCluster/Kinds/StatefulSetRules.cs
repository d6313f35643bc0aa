using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>StatefulSets: their own defaults and choices, and a spec of which only what a running set can follow may change.</summary>
internal sealed class StatefulSetRules() : WorkloadRules(hasReplicas: true)
{
    private const string Frozen = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

    private static readonly string[] s_free =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public override void SetDefaults(JsonObject content)
    {
        base.SetDefaults(content);
        var spec = content.Child("spec");
        spec.Default("podManagementPolicy", "OrderedReady");
        var strategy = spec.Child("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate") strategy.Child("rollingUpdate").Default("partition", 0);
        foreach (var when in (ReadOnlySpan<string>)["whenDeleted", "whenScaled"]) spec.Child("persistentVolumeClaimRetentionPolicy").Default(when, "Retain");
        // A template is a whole claim, status and all, though nobody reads more of it than metadata and spec.
        foreach (var claim in spec.Array("volumeClaimTemplates").Objects())
        {
            claim["apiVersion"] = "v1";
            claim["kind"] = "PersistentVolumeClaim";
            claim.Child("spec").Default("volumeMode", "Filesystem");
            claim.Child("status").Default("phase", "Pending");
        }
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        if (spec.Text("podManagementPolicy") is { } policy and not ("OrderedReady" or "Parallel"))
            errors.Invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        if (spec.Text("updateStrategy", "type") is { } strategy and not ("RollingUpdate" or "OnDelete"))
            errors.Invalid("spec.updateStrategy", spec.At("updateStrategy"), "must be 'RollingUpdate' or 'OnDelete'");
        foreach (var when in (ReadOnlySpan<string>)["whenDeleted", "whenScaled"])
            if (spec.Text("persistentVolumeClaimRetentionPolicy", when) is { } retention and not ("Retain" or "Delete"))
                errors.NotSupported($"spec.persistentVolumeClaimRetentionPolicy.{when}", retention, "Retain", "Delete");
        var index = 0;
        foreach (var claim in spec.Array("volumeClaimTemplates").Objects()) VolumeChecks.CheckTemplate(claim, $"spec.volumeClaimTemplates[{index++}]", errors);
        base.Validate(content, errors);
        if (spec.Integer("ordinals", "start") is < 0 and var start) errors.Invalid("spec.ordinals.start", JsonValue.Create(start), "must be greater than or equal to 0");
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var comparable = content["spec"]!.DeepClone().AsObject();
        foreach (var field in s_free) comparable.CopyFrom(old.Object("spec"), field);
        if (!JsonNode.DeepEquals(comparable, old["spec"])) errors.Forbidden("spec", Frozen);
    }
}
