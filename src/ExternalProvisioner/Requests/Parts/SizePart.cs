using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Hosting;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>The size the claim asks for, in bytes, rounded up (provisioner contract 5.2).</summary>
internal sealed class SizePart : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        if (draft.Claim.Spec.Resources?.Requests?[WellKnown.Storage] is not { } text) return default;
        if (!Quantity.TryParse(text, out var quantity)) return new(ProvisionFailure.FinishedWhere($"the requested size \"{text}\" is not a quantity"));
        // The protocol counts bytes in 63 bits; a number that does not fit would come out as some other one.
        if (!quantity.TryGetValue(out var bytes))
            return new(ProvisionFailure.FinishedWhere($"the requested size {text} is more than a volume can have, {long.MaxValue} bytes; ask for less"));
        draft.Csi.CapacityRange.RequiredBytes = bytes;
        return default;
    }
}
