using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>How a rig is set up. Retries come quickly and worker threads are few; a standing clock is for tests that say when a retry is due.</summary>
internal sealed record RigOptions
{
    public ScriptedDriverOptions Driver { get; init; } = new();

    public ProvisionerOptions Provisioner { get; init; } = new()
    {
        Naming = new VolumeNaming("pvc", VolumeNaming.WholeUid),
        RetryIntervalStart = TimeSpan.FromMilliseconds(20),
        RetryIntervalMax = TimeSpan.FromMilliseconds(100),
        WorkerThreads = 10,
    };

    /// <summary>The provisioner's clock stands until the test moves it, and one worker takes one key after the other.</summary>
    public static RigOptions WithStandingClock { get; } = new()
    {
        ClockStands = true,
        Provisioner = new ProvisionerOptions { Naming = new VolumeNaming("pvc", VolumeNaming.WholeUid), WorkerThreads = 1 },
    };

    public ClusterOptions Cluster { get; init; } = new();

    public bool ClockStands { get; init; }

    /// <summary>Whether the cluster binds claims and releases volumes by itself, as one of everyday use.</summary>
    public bool HasControllers { get; init; }

    /// <summary>With a driver that places volumes.</summary>
    public static RigOptions WithTopology { get; } = new() { Driver = PlacingDriver() };

    public static ScriptedDriverOptions PlacingDriver() => new() { PluginCapabilities = ["CONTROLLER_SERVICE", "VOLUME_ACCESSIBILITY_CONSTRAINTS"] };

    public static RigOptions WithCapabilities(params string[] controller) => new() { Driver = new ScriptedDriverOptions { ControllerCapabilities = controller } };
}
