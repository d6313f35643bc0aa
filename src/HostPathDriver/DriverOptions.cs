namespace Sidecars.HostPathDriver;

/// <summary>
/// How one driver process is set up; read from the flags once. Sizes are bytes; a <see cref="MaxVolumesPerNode"/> of 0 means no limit.
/// A driver may stand for several nodes, whose volumes are kept apart although they lie in one directory: a cluster in small.
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

    /// <summary>The nodes beside <see cref="NodeId"/>; the driver answers for each at a socket of its own.</summary>
    public IReadOnlyList<FurtherNode> FurtherNodes { get; init; } = [];

    /// <summary>Bytes each node has, where <see cref="NodeCapacities"/> says nothing else.</summary>
    public long Capacity { get; init; } = DefaultCapacity;

    /// <summary>Bytes of single nodes.</summary>
    public IReadOnlyDictionary<string, long> NodeCapacities { get; init; } = Nothing;

    /// <summary>Bytes on each node for the volumes of a kind, which is the class parameter <c>kind</c>; empty where kinds do not count.</summary>
    public IReadOnlyDictionary<string, long> KindCapacities { get; init; } = Nothing;
    public long MaxVolumeSize { get; init; } = DefaultMaxVolumeSize;
    public int MaxVolumesPerNode { get; init; }

    /// <summary>Publish with bind mounts, which needs the right to mount; otherwise with symbolic links, which needs nothing.</summary>
    public bool UsesMounts { get; init; }

    /// <summary>The topology key of this driver; its value is the node's id.</summary>
    public string TopologyKey => $"topology.{DriverName}/node";

    /// <summary>All nodes; where nothing decides, the earlier is taken.</summary>
    public IEnumerable<string> Nodes => [NodeId, .. FurtherNodes.Select(node => node.NodeId)];

    public long CapacityOf(string node) => NodeCapacities.TryGetValue(node, out var capacity) ? capacity : Capacity;

    private static IReadOnlyDictionary<string, long> Nothing { get; } = new Dictionary<string, long>();
}
