using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests;

/// <summary>How a rig is set up. Retries come quickly; a standing clock is for tests that say when a retry is due.</summary>
internal sealed record RigOptions
{
    public ScriptedDriverOptions Driver { get; init; } = new();

    public SnapshotterOptions Snapshotter { get; init; } = new()
    {
        RetryIntervalStart = TimeSpan.FromMilliseconds(20),
        RetryIntervalMax = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>The snapshotter's clock stands until the test moves it.</summary>
    public bool ClockStands { get; init; }

    /// <summary>Whether the cluster knows groups.</summary>
    public bool KnowsGroups { get; init; } = true;

    /// <summary>The clock stands, and pauses are those of the program.</summary>
    public static RigOptions WithStandingClock { get; } = new() { ClockStands = true, Snapshotter = new SnapshotterOptions { WorkerThreads = 1 } };

    /// <summary>A driver that can be asked for its snapshots.</summary>
    public static RigOptions Listing { get; } =
        new() { Driver = new ScriptedDriverOptions { ControllerCapabilities = ["CREATE_DELETE_SNAPSHOT", "LIST_SNAPSHOTS"] } };

    /// <summary>A driver that takes groups.</summary>
    public static RigOptions Grouping { get; } = new()
    {
        Driver = new ScriptedDriverOptions
        {
            PluginCapabilities = ["CONTROLLER_SERVICE", "GROUP_CONTROLLER_SERVICE"],
            GroupControllerCapabilities = ["CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT"],
        },
    };

    public RigOptions With(Func<SnapshotterOptions, SnapshotterOptions> change) => this with { Snapshotter = change(Snapshotter) };

    public static SnapshotNaming Naming(string prefix, int length) => new(prefix, length);
}
