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
        VolumeChecks.CheckLabelSelector(content["nodeTopology"], "nodeTopology", errors);
        // The largest size of a volume is not checked.
        if (content.Text("capacity") is { } text && Quantity.TryParse(text, out var amount) && amount.Sign < 0)
            errors.Invalid("capacity", text, "must be greater than or equal to 0");
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        CheckImmutable(content["nodeTopology"], old["nodeTopology"], "nodeTopology", errors);
        CheckImmutable(content["storageClassName"], old["storageClassName"], "storageClassName", errors);
    }
}
