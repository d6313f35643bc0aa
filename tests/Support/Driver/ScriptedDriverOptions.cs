namespace Sidecars.Tests.Support;

/// <summary>Who a scripted driver is and what it claims to be able to do, by the protocol's names.</summary>
public sealed record ScriptedDriverOptions
{
    public const string DefaultName = "csi.example.com";

    public string Name { get; init; } = DefaultName;

    public IReadOnlyList<string> ControllerCapabilities { get; init; } =
        ["CREATE_DELETE_VOLUME", "PUBLISH_UNPUBLISH_VOLUME", "CREATE_DELETE_SNAPSHOT", "CLONE_VOLUME", "EXPAND_VOLUME"];

    /// <summary>Services, and the times of expansion ONLINE and OFFLINE.</summary>
    public IReadOnlyList<string> PluginCapabilities { get; init; } = ["CONTROLLER_SERVICE"];

    /// <summary>Where it is empty the driver has no GroupController service.</summary>
    public IReadOnlyList<string> GroupControllerCapabilities { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<DriverRule>> Script { get; init; } = new Dictionary<string, IReadOnlyList<DriverRule>>();

    /// <summary>The socket; null makes one in a temporary directory.</summary>
    public string? SocketPath { get; init; }
}
