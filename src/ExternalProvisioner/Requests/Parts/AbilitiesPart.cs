using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>Refuses what the driver cannot do, and claims that name what cannot be (provisioner contract 5.1, steps 5 and 6).</summary>
internal sealed class AbilitiesPart(DriverFacts driver) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop) => new(ProvisionFailure.FinishedWhere(Refusal(draft)));

    private string? Refusal(RequestDraft draft)
    {
        var claim = draft.Claim;
        return CapabilityCheck.Basic(driver.Plugin, driver.Controller)
               ?? CapabilityCheck.ForClaim(driver.Controller, draft.Source, draft.AttributesClass is not null)
               ?? (claim.Spec.Selector is not null ? "claim Selector is not supported" : null);
    }
}
