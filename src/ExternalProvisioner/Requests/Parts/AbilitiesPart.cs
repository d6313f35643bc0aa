using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>Refuses what the driver cannot do, and claims that name what cannot be (provisioner contract 5.1, steps 3 to 6).</summary>
internal sealed class AbilitiesPart(DriverFacts driver) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop) => new(ProvisionFailure.FinishedWhere(Refusal(draft)));

    private string? Refusal(RequestDraft draft)
    {
        var claim = draft.Claim;
        var (source, sourceError) = SourceKinds.Of(claim);
        if (sourceError is not null) return sourceError;
        if (source is not null && SourceKinds.Problem(claim, source) is { } problem) return problem;
        return CapabilityCheck.Basic(driver.Plugin, driver.Controller)
               ?? CapabilityCheck.ForClaim(driver.Controller, source, draft.AttributesClass is not null)
               ?? (claim.Spec.Selector is not null ? "claim Selector is not supported" : null);
    }
}
