using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>What the claim is to be filled from, by its own words, and whether it may (provisioner contract 5.1, steps 2 and 4).</summary>
internal sealed class WhichSourcePart(SourceOptions options, SourceGrants grants, SourceUsers users) : IRequestPart
{
    public async ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        var (source, error) = SourceKinds.Of(draft.Claim, options.CrossesNamespaces);
        if (error is not null) return ProvisionFailure.FinishedWhere(error);
        if (source is null) return null;
        if (source.Namespace != draft.Claim.Metadata.Namespace)
        {
            var refusal = await grants.Refusal(draft.Claim, source, stop);
            if (refusal?.State is not ProvisionState.NoChange) users.Judge(draft.Claim, isRefused: refusal is not null);
            if (refusal is not null) return refusal;
        }
        if (SourceKinds.Problem(draft.Claim, source) is { } problem) return ProvisionFailure.FinishedWhere(problem);
        if (SourceKinds.IsForPopulator(source)) return ProvisionFailure.LeftToPopulator;
        draft.Source = source;
        return null;
    }
}
