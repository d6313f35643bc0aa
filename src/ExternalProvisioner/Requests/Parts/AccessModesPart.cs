using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>One capability for each access mode of the claim (provisioner contract 5.3).</summary>
internal sealed class AccessModesPart(bool hasSingleNodeMultiWriter) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        foreach (var mode in draft.Claim.Spec.AccessModes ?? [])
        {
            if (!AccessModes.TryTranslate(mode, hasSingleNodeMultiWriter, out var csiMode, out var error)) return new(ProvisionFailure.FinishedWhere(error));
            draft.Csi.VolumeCapabilities.Add(
                VolumeCapabilities.Compose(draft.Claim.Spec.VolumeMode is WellKnown.Block, draft.FsType, draft.Class.MountOptions, csiMode));
        }
        return default;
    }
}
