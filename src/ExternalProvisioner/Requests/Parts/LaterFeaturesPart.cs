using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>Refuses, with the way around it, what this version does not do: a volume that leaves it out would not be what was asked for.</summary>
internal sealed class LaterFeaturesPart : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop) => new(ProvisionFailure.FinishedWhere(Refusal(draft)));

    private static string? Refusal(RequestDraft draft)
    {
        var claim = draft.Claim;
        if (SourceKinds.Of(claim).Source is { } source)
            return $"filling a volume from a {source.Kind} is not supported by this version; remove the claim's data source";
        return null;
    }
}
