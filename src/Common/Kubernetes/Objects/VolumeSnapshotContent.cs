namespace Sidecars.Kubernetes.Objects;

/// <summary>What a snapshot is at its driver, as far as volumes are restored from it.</summary>
public sealed class VolumeSnapshotContent : KubeObject
{
    /// <summary>Whose it is.</summary>
    public SnapshotContentSpec Spec
    {
        get;
        set => field = value ?? new(); // a server may send null
    } = new();

    /// <summary>What the driver says of it.</summary>
    public SnapshotContentStatus? Status { get; set; }
}

/// <summary>Whose a snapshot's content is.</summary>
public sealed class SnapshotContentSpec
{
    /// <summary>Name of the driver that took it.</summary>
    public string? Driver { get; set; }

    /// <summary>Mode of the volume it was taken of; null where nobody knows.</summary>
    public string? SourceVolumeMode { get; set; }

    /// <summary>The snapshot it is the content of.</summary>
    public ObjectReference? VolumeSnapshotRef { get; set; }
}

/// <summary>What the driver says of a snapshot.</summary>
public sealed class SnapshotContentStatus
{
    /// <summary>The driver's own name of it, verbatim.</summary>
    public string? SnapshotHandle { get; set; }
}
