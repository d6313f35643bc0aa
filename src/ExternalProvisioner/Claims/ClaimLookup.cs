using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>Finds a claim: in the cache, among those the driver may be working for, and, where neither can be trusted, at the API server.</summary>
internal sealed class ClaimLookup(Caches caches, ClaimMemory memory, ApiClient api)
{
    /// <summary>The claim, be it gone from the cluster, as long as the driver may do something for it; null where nothing is left to do.</summary>
    public PersistentVolumeClaim? Find(string uid) => caches.ClaimsByUid.Find(uid) ?? memory.InProgress.Find(uid);

    public bool IsGoneFromCache(string uid) => caches.ClaimsByUid.First(uid) is null;

    /// <summary>
    /// Before a claim is worked on again, the cache is not trusted: a claim may be bound, deleted and its volume gone while the
    /// cache still shows it unbound, and a repeated CreateVolume would then make a volume for nobody. A claim the driver may be
    /// working on goes on in any case.
    /// </summary>
    public async Task<LiveClaim> Look(PersistentVolumeClaim claim, CancellationToken stop)
    {
        if (memory.InProgress.Find(claim.Uid) is not null || !memory.WasTried(claim.Uid)) return LiveClaim.Waits;
        var read = await api.GetAsync(Resources.PersistentVolumeClaims, claim.Key, stop);
        if (read.IsSuccess && read.Value.Uid == claim.Uid) return string.IsNullOrEmpty(read.Value.Spec.VolumeName) ? LiveClaim.Waits : LiveClaim.Bound;
        return read.IsSuccess || read.Failure.IsNotFound
            ? LiveClaim.Gone
            : new LiveClaim(LiveClaimState.Unknown, $"cannot read claim {claim.Key} before provisioning it again: {read.Failure}");
    }
}

/// <summary>What the API server says of a claim right now.</summary>
internal enum LiveClaimState
{
    /// <summary>It still wants a volume, as far as anybody knows.</summary>
    Waits,

    /// <summary>It has one.</summary>
    Bound,

    /// <summary>It is no more.</summary>
    Gone,

    /// <summary>The server did not say.</summary>
    Unknown,
}

/// <param name="State">Which.</param>
/// <param name="Problem">Why it is unknown.</param>
internal sealed record LiveClaim(LiveClaimState State, string? Problem = null)
{
    public static readonly LiveClaim Waits = new(LiveClaimState.Waits);
    public static readonly LiveClaim Bound = new(LiveClaimState.Bound);
    public static readonly LiveClaim Gone = new(LiveClaimState.Gone);
}
