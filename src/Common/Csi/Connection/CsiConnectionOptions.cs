namespace Sidecars.Csi;

/// <summary>How to reach a driver, for how long to try, and what to record about the calls.</summary>
public sealed record CsiConnectionOptions
{
    /// <summary>The limit of the blocking dial at start-up (common contract 3.2).</summary>
    public static readonly TimeSpan DefaultConnectLimit = TimeSpan.FromSeconds(30);

    /// <summary>Where the driver listens.</summary>
    public required CsiAddress Address { get; init; }

    /// <summary>What happens when the connection breaks.</summary>
    public LossPolicy OnLoss { get; init; } = LossPolicy.Exit;

    /// <summary>For how long connecting is tried; null tries for ever.</summary>
    public TimeSpan? ConnectLimit { get; init; } = DefaultConnectLimit;

    /// <summary>Where the duration of each call is recorded; null records nothing.</summary>
    public CsiCallMetrics? Metrics { get; init; }

    /// <summary>Length in bytes at which a logged response is cut; 0 logs it whole.</summary>
    public int MaxLoggedResponseBytes { get; init; }
}
