using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>The class's parameters without those that are for us, and, where asked for, which claim the volume is for (provisioner contract 5.5 and 5.6).</summary>
internal sealed class ParametersPart(bool addsMetadata) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        var (parameters, error) = ReservedParameters.Strip(draft.Class.Parameters);
        if (error is not null) return new(ProvisionFailure.FinishedWhere($"failed to strip CSI Parameters of prefixed keys: {error}"));
        var sent = draft.Csi.Parameters;
        sent.Add(parameters);
        if (!addsMetadata) return default;
        sent[ReservedParameters.ClaimName] = draft.Claim.Name;
        sent[ReservedParameters.ClaimNamespace] = draft.Claim.Metadata.Namespace ?? "";
        sent[ReservedParameters.VolumeName] = draft.VolumeName;
        return default;
    }
}
