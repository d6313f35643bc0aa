using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Volume attributes classes: driver and parameters never change.</summary>
internal sealed class VolumeAttributesClassRules : KindRules
{
    public override void Validate(JsonObject content, FieldErrors errors)
    {
        VolumeChecks.CheckDriverName(content.Text("driverName"), "driverName", errors);
        StorageClassRules.CheckParameters(content.Object("parameters"), mayBeEmpty: false, errors);
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["driverName", "parameters"])
            if (!JsonNode.DeepEquals(content[field], old[field])) errors.Forbidden(field, $"updates to {field} are forbidden.");
    }
}
