using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// What came of one attempt at a claim: a volume, a failure, the claim's own end or change meanwhile, or, with none of these, that
/// nothing is to be done.
/// </summary>
internal readonly record struct AttemptResult
{
    private AttemptResult(PersistentVolume? volume, ProvisionFailure? failure, LiveClaim? live) => (Volume, Failure, Live) = (volume, failure, live);

    /// <summary>The volume that was made.</summary>
    public PersistentVolume? Volume { get; }

    /// <summary>Why there is none.</summary>
    public ProvisionFailure? Failure { get; }

    /// <summary>What the API server says of the claim, where that ended the attempt before it began.</summary>
    public LiveClaim? Live { get; }

    /// <summary>The claim needs nothing from us.</summary>
    public static AttemptResult Nothing => default;

    public static AttemptResult Made(PersistentVolume volume) => new(volume, null, null);

    public static implicit operator AttemptResult(ProvisionFailure failure) => new(null, failure, null);

    public static implicit operator AttemptResult(LiveClaim live) => new(null, null, live);
}
