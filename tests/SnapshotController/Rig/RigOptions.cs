namespace Sidecars.SnapshotController.Tests;

/// <summary>How a rig is set up. Retries come quickly; a standing clock is for tests that say when something is due.</summary>
internal sealed record RigOptions
{
    public SnapshotControllerOptions Controller { get; init; } = new()
    {
        RetryIntervalStart = TimeSpan.FromMilliseconds(20),
        RetryIntervalMax = TimeSpan.FromMilliseconds(100),
        BoundPause = TimeSpan.FromMilliseconds(50),
        GroupProbe = TimeSpan.FromMilliseconds(50),
    };

    /// <summary>Whether the cluster serves groups from the start.</summary>
    public bool HasGroupKinds { get; init; } = true;

    /// <summary>The controller's clock stands until the test moves it.</summary>
    public bool ClockStands { get; init; }

    public static RigOptions WithStandingClock { get; } = new() { ClockStands = true, Controller = new SnapshotControllerOptions() };

    /// <summary>Failures are not tried again while a test lasts: what is done then is done because something changed.</summary>
    public static RigOptions WithoutRetries { get; } = new()
    {
        Controller = new SnapshotControllerOptions { RetryIntervalStart = TimeSpan.FromHours(1), BoundPause = TimeSpan.FromMilliseconds(50), GroupProbe = TimeSpan.FromMilliseconds(50) },
    };

    /// <summary>The same with one worker for each line: what was put in line before is done before.</summary>
    public static RigOptions InTurn { get; } = WithoutRetries with { Controller = WithoutRetries.Controller with { WorkerThreads = 1 } };
}
