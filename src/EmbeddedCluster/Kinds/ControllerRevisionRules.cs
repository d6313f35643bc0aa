using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Templates a workload has had. What is kept of one stays as it is.</summary>
internal sealed class ControllerRevisionRules : KindRules
{
    public override void Validate(JsonObject content, FieldErrors errors)
    {
        if (content.Integer("revision") is < 0 and var revision) errors.Invalid("revision", JsonValue.Create(revision), "must be greater than or equal to 0");
        if (content["data"] is null) errors.Required("data", "data is mandatory");
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors) => CheckImmutable(content["data"], old["data"], "data", errors);
}
