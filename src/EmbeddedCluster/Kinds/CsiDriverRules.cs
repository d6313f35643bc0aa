using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Driver registrations: every switch has a default, and how volumes live and attach is fixed.</summary>
internal sealed class CsiDriverRules : KindRules
{
    private const long ShortestToken = 600;
    private const long LongestToken = 1L << 32;
    private const long ShortestUpdatePeriod = 10;

    public override bool AllowsUnconditionalUpdate => false;

    public override bool ReturnsDeletedObject => true;

    public override void SetDefaults(JsonObject content)
    {
        var spec = content.Child("spec");
        spec.Default("attachRequired", true);
        spec.Default("podInfoOnMount", false);
        spec.Default("storageCapacity", false);
        spec.Default("fsGroupPolicy", "ReadWriteOnceWithFSType");
        spec.Default("requiresRepublish", false);
        spec.Default("seLinuxMount", false);
        if (spec.Array("volumeLifecycleModes") is not { Count: > 0 }) spec["volumeLifecycleModes"] = new JsonArray("Persistent");
    }

    // It is not set before the first change, unlike that of workloads.
    public override void PrepareForUpdate(JsonObject content, JsonObject old)
    {
        if (!JsonNode.DeepEquals(content["spec"], old["spec"])) content.Metadata()["generation"] = (old["metadata"].Integer("generation") ?? 0) + 1;
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        foreach (var mode in spec.Array("volumeLifecycleModes").Texts())
            if (mode is not ("Persistent" or "Ephemeral")) errors.NotSupported("spec.volumeLifecycleModes", mode, "Ephemeral", "Persistent");
        if (spec.Text("fsGroupPolicy") is { } policy and not ("ReadWriteOnceWithFSType" or "File" or "None"))
            errors.NotSupported("spec.fsGroupPolicy", policy, "File", "None", "ReadWriteOnceWithFSType");
        var audiences = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var request in spec.Array("tokenRequests").Objects())
        {
            var audience = request.Text("audience") ?? "";
            if (!audiences.Add(audience)) errors.Duplicate($"spec.tokenRequests[{index}].audience", audience);
            var expiration = request.Integer("expirationSeconds");
            if (expiration < ShortestToken) errors.Invalid($"spec.tokenRequests[{index}].expirationSeconds", request["expirationSeconds"], "may not specify a duration less than 10 minutes");
            if (expiration > LongestToken) errors.Invalid($"spec.tokenRequests[{index}].expirationSeconds", request["expirationSeconds"], "may not specify a duration larger than 2^32 seconds");
            index++;
        }
        if (spec.Integer("nodeAllocatableUpdatePeriodSeconds") is < ShortestUpdatePeriod)
            errors.Invalid("spec.nodeAllocatableUpdatePeriodSeconds", spec.At("nodeAllocatableUpdatePeriodSeconds"), $"must be greater than or equal to {ShortestUpdatePeriod} seconds");
        if (spec.At("serviceAccountTokenInSecrets") is not null && audiences.Count is 0)
            errors.Invalid("spec.serviceAccountTokenInSecrets", spec.At("serviceAccountTokenInSecrets"), "serviceAccountTokenInSecrets is set but no tokenRequests are specified");
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        // The server names the first of them by a slip of the pen.
        foreach (var (field, named) in (ReadOnlySpan<(string, string)>)[("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")])
            CheckImmutable(content["spec"].At(field), old["spec"].At(field), "spec." + named, errors);
    }
}
