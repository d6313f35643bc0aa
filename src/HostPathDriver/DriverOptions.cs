namespace Sidecars.HostPathDriver;

/// <summary>
/// How one driver process is set up; read from the flags once. Sizes are bytes; a <see cref="MaxVolumesPerNode"/> of 0 means no limit.
/// </summary>
internal sealed record DriverOptions
{
    public const string DefaultDriverName = "hostpath.csi.sidecars.dev";
    public const long DefaultCapacity = 10L << 40;
    public const long DefaultMaxVolumeSize = 1L << 40;

    public required string SocketPath { get; init; }
    public required string StateDirectory { get; init; }
    public required string NodeId { get; init; }
    public string DriverName { get; init; } = DefaultDriverName;
    public long Capacity { get; init; } = DefaultCapacity;
    public long MaxVolumeSize { get; init; } = DefaultMaxVolumeSize;
    public int MaxVolumesPerNode { get; init; }

    /// <summary>Publish with bind mounts, which needs the right to mount; otherwise with symbolic links, which needs nothing.</summary>
    public bool UsesMounts { get; init; }

    /// <summary>The topology key of this driver; its value is the node's id.</summary>
    public string TopologyKey => $"topology.{DriverName}/node";
}
