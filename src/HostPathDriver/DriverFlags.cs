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
    private readonly Flag<string> _capacity;
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
        _capacity = _set.String("capacity", "10Ti", "Bytes that all volumes and snapshots together may be promised.");
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
        if (_maxVolumesPerNode.Value < 0) return (null, "--max-volumes-per-node is negative; 0 means any number");
        if (_stateDirectory.Value.Length == 0) return (null, "--state-dir is empty");
        return (new DriverOptions
        {
            SocketPath = socketPath,
            StateDirectory = Path.GetFullPath(_stateDirectory.Value),
            NodeId = _nodeId.Value,
            DriverName = _driverName.Value,
            Capacity = capacity,
            MaxVolumeSize = maxVolumeSize,
            MaxVolumesPerNode = _maxVolumesPerNode.Value,
            UsesMounts = _mount.Value,
        }, "");
    }

    private static string NoSize(string flag, string text) =>
        $"{flag} \"{text}\" is no size; write a whole number of bytes, or one with a unit as in 100Gi";
}
