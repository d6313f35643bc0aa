using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>The two steps of a request that have to do with what the volume is filled from; others stand between them.</summary>
/// <param name="Which">What it is to be, and whether it may.</param>
/// <param name="Found">Where it is, and that it is held.</param>
internal sealed record SourceParts(WhichSourcePart Which, SourcePart Found)
{
    public static SourceParts Of(ApiClient api, SourceOptions options, InProgressClaims inProgress, SourceUsers users, SourceHold hold) =>
        new(new WhichSourcePart(options, new SourceGrants(api), users), new SourcePart(new SourceLookup(api, options, inProgress), hold));
}
