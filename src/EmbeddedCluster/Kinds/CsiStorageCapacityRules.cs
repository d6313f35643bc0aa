using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Capacity reports: which class and which topology they speak of is fixed, the numbers are not.</summary>
internal sealed class CsiStorageCapacityRules : KindRules
{
    public override bool AllowsUnconditionalUpdate => false;

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var storageClass = content.Text("storageClassName") ?? "";
        if (Names.CheckSubdomain(storageClass) is { } wrong) errors.Invalid("storageClassName", storageClass, wrong);
        foreach (var field in (ReadOnlySpan<string>)["capacity", "maximumVolumeSize"])
            if (content.Text(field) is { } text && Quantity.TryParse(text, out var amount) && amount.Sign < 0)
                errors.Invalid(field, text, "must be greater than or equal to 0");
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        CheckImmutable(content["nodeTopology"], old["nodeTopology"], "nodeTopology", errors);
        CheckImmutable(content["storageClassName"], old["storageClassName"], "storageClassName", errors);
    }
}
