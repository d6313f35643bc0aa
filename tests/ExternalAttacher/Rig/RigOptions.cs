using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>How a rig is set up. Retries come quickly and workers are few; a standing clock is for tests that say when a retry is due.</summary>
internal sealed record RigOptions
{
    public ScriptedDriverOptions Driver { get; init; } = new();

    public AttacherOptions Attacher { get; init; } = new()
    {
        DefaultFsType = "ext4",
        RetryIntervalStart = TimeSpan.FromMilliseconds(20),
        RetryIntervalMax = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>The attacher's clock stands until the test moves it.</summary>
    public bool ClockStands { get; init; }

    /// <summary>The clock stands, and one worker takes one key after the other.</summary>
    public static RigOptions WithStandingClock { get; } = new() { ClockStands = true, Attacher = new AttacherOptions { DefaultFsType = "ext4", WorkerThreads = 1 } };

    public static RigOptions WithCapabilities(params string[] controller) => new() { Driver = new ScriptedDriverOptions { ControllerCapabilities = controller } };

    /// <summary>A driver that lists where volumes are published.</summary>
    public static RigOptions Listing { get; } = WithCapabilities("PUBLISH_UNPUBLISH_VOLUME", "LIST_VOLUMES", "LIST_VOLUMES_PUBLISHED_NODES");
}
