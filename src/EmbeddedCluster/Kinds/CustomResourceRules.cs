using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Custom resources: whatever their schema says, defaults and rules included.</summary>
internal sealed class CustomResourceRules(StructuralSchema schema) : KindRules
{
    public override bool TracksGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override bool StatusIgnoresMetadata => true;

    public override bool QualifiesFinalizers => false;

    public override void SetDefaults(JsonObject content) => schema.SetDefaults(content);

    public override void Validate(JsonObject content, FieldErrors errors) => schema.Validate(content, null, errors);

    public override void ValidateReplacement(JsonObject content, JsonObject old, FieldErrors errors) => schema.Validate(content, old, errors);

    public override void ValidateStatusUpdate(JsonObject content, JsonObject old, FieldErrors errors) => schema.ValidateStatus(content, old, errors);
}
