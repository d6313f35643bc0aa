namespace Sidecars.EmbeddedCluster;

/// <summary>Which admission plug-ins run. All are off by default, as in the recorded behaviour of the original programs.</summary>
public sealed record AdmissionOptions
{
    /// <summary>What a cluster of everyday use has: all plug-ins.</summary>
    public static readonly AdmissionOptions All = new() { StorageObjectInUseProtection = true, DefaultStorageClass = true, PersistentVolumeClaimResize = true };

    /// <summary>Puts the protection finalizers on new claims, volumes and volume attributes classes.</summary>
    public bool StorageObjectInUseProtection { get; init; }

    /// <summary>Gives a claim without a class the class marked as default; the newest where several are.</summary>
    public bool DefaultStorageClass { get; init; }

    /// <summary>Lets a claim ask for more only when it is bound, and its class allows that volumes grow.</summary>
    public bool PersistentVolumeClaimResize { get; init; }
}
