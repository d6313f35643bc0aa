using Sidecars.Hosting.Flags;
using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver;

/// <summary>
/// The command line of the driver. Reading it is Go's way, so that manifests of other hostpath drivers look familiar; what the values mean
/// is checked in <see cref="ToOptions"/>.
/// </summary>
internal sealed class DriverFlags
{
    private const string EndpointVariable = "CSI_ENDPOINT";

    private readonly FlagSet _set = new("hostpath-driver", FlagDialect.GoFlag);
    private readonly Flag<string> _endpoint;
    private readonly Flag<string> _stateDirectory;
    private readonly Flag<string> _nodeId;
    private readonly Flag<string> _driverName;
    private readonly Flag<string> _furtherNodes;
    private readonly Flag<string> _capacity;
    private readonly Flag<string> _nodeCapacity;
    private readonly Flag<string> _kindCapacity;
    private readonly Flag<string> _maxVolumeSize;
    private readonly Flag<int> _maxVolumesPerNode;
    private readonly Flag<bool> _mount;
    private readonly Flag<int> _verbosity;

    public DriverFlags()
    {
        _endpoint = _set.String("endpoint", "", "The Unix socket to listen on, as unix:///path/to.sock. Default: the variable CSI_ENDPOINT.");
        _stateDirectory = _set.String("state-dir", "/var/lib/csi-hostpath", "The directory for volumes, snapshots and the state file.");
        _nodeId = _set.String("node-id", Environment.MachineName, "The id of this node, also the value of its topology.");
        _driverName = _set.String("drivername", DriverOptions.DefaultDriverName, "The name of the driver.");
        _furtherNodes = _set.String("further-nodes", "", "Nodes beside --node-id, each with its socket, as NAME=unix:///path/to.sock,...");
        _capacity = _set.String("capacity", "10Ti", "Bytes that the volumes and snapshots of a node together may be promised.");
        _nodeCapacity = _set.String("node-capacity", "", "Nodes with another capacity, as NAME=SIZE,...");
        _kindCapacity = _set.String("kind-capacity", "", "Bytes on each node for volumes of a class with the parameter kind, as KIND=SIZE,...");
        _maxVolumeSize = _set.String("max-volume-size", "1Ti", "The largest size of one volume.");
        _maxVolumesPerNode = _set.Int("max-volumes-per-node", 0, "Volumes a node may have at a time; 0 for any number.");
        _mount = _set.Bool("mount", false, "Publish with bind mounts, which needs the right to mount, instead of symbolic links.");
        _verbosity = _set.Int("v", 2, "Verbosity of the log; from 2 on every call is logged.");
    }

    public int Verbosity => _verbosity.Value;

    public FlagParse Parse(IReadOnlyList<string> args) => _set.Parse(args);

    /// <summary>The options the values stand for, or why a value is no good and what would be.</summary>
    public (DriverOptions? Options, string Error) ToOptions(Func<string, string?> environment)
    {
        var endpoint = _endpoint.Value.Length > 0 ? _endpoint.Value : environment(EndpointVariable) ?? "";
        if (endpoint.Length == 0) return (null, $"no endpoint: give --endpoint unix:///path/to.sock or set {EndpointVariable}");
        if (Endpoint.SocketPath(endpoint) is not { } socketPath)
            return (null, $"the endpoint \"{endpoint}\" is not of the form unix:///absolute/path/to.sock");
        if (socketPath.Length > Endpoint.LongestPath)
            return (null, $"the endpoint's path has {socketPath.Length} bytes, a Unix socket may have {Endpoint.LongestPath}: {socketPath}");
        if (!ProtocolNames.IsDriverName(_driverName.Value))
            return (null, $"--drivername \"{_driverName.Value}\" is no lower-case domain name of at most 54 characters");
        if (!ProtocolNames.IsTopologyValue(_nodeId.Value))
            return (null, $"--node-id \"{_nodeId.Value}\" must be 1 to 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends");
        if (!ByteSize.TryParse(_capacity.Value, out var capacity)) return (null, NoSize("--capacity", _capacity.Value));
        if (!ByteSize.TryParse(_maxVolumeSize.Value, out var maxVolumeSize))
            return (null, NoSize("--max-volume-size", _maxVolumeSize.Value));
        var (furtherNodes, wrong) = FurtherNodes(socketPath);
        if (furtherNodes is null) return (null, wrong);
        (var nodeCapacities, wrong) = Sizes(_nodeCapacity);
        if (nodeCapacities is null) return (null, wrong);
        if (nodeCapacities.Keys.FirstOrDefault(name => name != _nodeId.Value && furtherNodes.TrueForAll(node => node.NodeId != name)) is { } stranger)
            return (null, $"--node-capacity names \"{stranger}\", which is no node of this driver");
        (var kindCapacities, wrong) = Sizes(_kindCapacity);
        if (kindCapacities is null) return (null, wrong);
        if (_maxVolumesPerNode.Value < 0) return (null, "--max-volumes-per-node is negative; 0 means any number");
        if (_stateDirectory.Value.Length == 0) return (null, "--state-dir is empty");
        var options = new DriverOptions
        {
            SocketPath = socketPath,
            StateDirectory = Path.GetFullPath(_stateDirectory.Value),
            NodeId = _nodeId.Value,
            DriverName = _driverName.Value,
            Capacity = capacity,
            MaxVolumeSize = maxVolumeSize,
            MaxVolumesPerNode = _maxVolumesPerNode.Value,
            UsesMounts = _mount.Value,
        };
        if (furtherNodes.Count > 0) options = options with { FurtherNodes = furtherNodes };
        if (nodeCapacities.Count > 0) options = options with { NodeCapacities = nodeCapacities };
        return (kindCapacities.Count > 0 ? options with { KindCapacities = kindCapacities } : options, "");
    }

    private (List<FurtherNode>? Nodes, string Error) FurtherNodes(string firstSocket)
    {
        var nodes = new List<FurtherNode>();
        foreach (var (name, endpoint) in Pairs(_furtherNodes))
        {
            if (!ProtocolNames.IsTopologyValue(name) || Endpoint.SocketPath(endpoint) is not { Length: <= Endpoint.LongestPath } path)
                return (null, $"--further-nodes has \"{name}={endpoint}\"; write a node's name and its socket as NAME=unix:///path/to.sock");
            if (name == _nodeId.Value || path == firstSocket || nodes.Exists(node => node.NodeId == name || node.SocketPath == path))
                return (null, $"--further-nodes has \"{name}={endpoint}\", whose name or socket is that of another node");
            nodes.Add(new FurtherNode(name, path));
        }

        return (nodes, "");
    }

    private static (Dictionary<string, long>? Sizes, string Error) Sizes(Flag<string> flag)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, text) in Pairs(flag))
        {
            if (name.Length == 0) return (null, $"--{flag.Name} has \"={text}\"; write NAME=SIZE");
            if (!ByteSize.TryParse(text, out var size)) return (null, NoSize($"--{flag.Name} {name}", text));
            sizes[name] = size;
        }

        return (sizes, "");
    }

    private static IEnumerable<(string Name, string Value)> Pairs(Flag<string> flag) =>
        flag.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(pair => pair.Split('=', 2)).Select(parts => (parts[0], parts.Length > 1 ? parts[1] : ""));

    private static string NoSize(string flag, string text) =>
        $"{flag} \"{text}\" is no size; write a whole number of bytes, or one with a unit as in 100Gi";
}
