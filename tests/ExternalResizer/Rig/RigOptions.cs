using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>How a rig is set up. Retries come quickly; a standing clock is for tests that say when a retry is due.</summary>
internal sealed record RigOptions
{
    public ScriptedDriverOptions Driver { get; init; } = new() { ControllerCapabilities = ["EXPAND_VOLUME", "MODIFY_VOLUME"] };

    public ResizerOptions Resizer { get; init; } = new() { RetryIntervalStart = TimeSpan.FromMilliseconds(20), RetryIntervalMax = TimeSpan.FromMinutes(1) };

    /// <summary>The resizer's clock stands until the test moves it.</summary>
    public bool ClockStands { get; init; }

    /// <summary>The clock stands, and pauses are the original's.</summary>
    public static RigOptions WithStandingClock { get; } = new() { ClockStands = true, Resizer = new ResizerOptions() };

    public static RigOptions WithCapabilities(params string[] controller) => new() { Driver = new ScriptedDriverOptions { ControllerCapabilities = controller } };

    public RigOptions With(Func<ResizerOptions, ResizerOptions> change) => this with { Resizer = change(Resizer) };
}
