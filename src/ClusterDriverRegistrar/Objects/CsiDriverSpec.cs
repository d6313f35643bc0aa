namespace Sidecars.ClusterDriverRegistrar.Objects;

/// <summary>
/// All fields of a CSIDriver's spec (registrar contract B1). In what we want, null means that the field is not ours: it is neither written
/// nor compared.
/// </summary>
internal sealed record CsiDriverSpec
{
    public bool? AttachRequired { get; init; }

    public bool? PodInfoOnMount { get; init; }

    public IReadOnlyList<string>? VolumeLifecycleModes { get; init; }

    public bool? StorageCapacity { get; init; }

    public string? FsGroupPolicy { get; init; }

    public IReadOnlyList<TokenRequest>? TokenRequests { get; init; }

    public bool? RequiresRepublish { get; init; }

    public bool? SeLinuxMount { get; init; }

    public long? NodeAllocatableUpdatePeriodSeconds { get; init; }

    public bool? ServiceAccountTokenInSecrets { get; init; }

    public bool? PreventPodSchedulingIfMissing { get; init; }
}
