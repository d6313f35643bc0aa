using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Leases: a duration that is positive, and writes that always name a version.</summary>
internal sealed class LeaseRules : KindRules
{
    public override bool AllowsUnconditionalUpdate => false;

    public override bool AllowsCreateOnUpdate => true;

    public override bool QualifiesFinalizers => false;

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        if (spec.Integer("leaseDurationSeconds") is <= 0 and var duration)
            errors.Invalid("spec.leaseDurationSeconds", JsonValue.Create(duration), "must be greater than 0");
        if (spec.Integer("leaseTransitions") is < 0 and var transitions)
            errors.Invalid("spec.leaseTransitions", JsonValue.Create(transitions), "must be greater than or equal to 0");
    }
}
