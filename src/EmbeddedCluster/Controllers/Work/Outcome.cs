namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>How one reconciliation ended: done until something changes, or to be tried again because of the reason given.</summary>
internal readonly record struct Outcome(string? RetryReason, TimeSpan? Pause = null)
{
    public static readonly Outcome Done = new(null);

    public static Outcome Retry(string reason) => new(reason);

    /// <summary>Again after a pause of its own, or sooner when something changes.</summary>
    public static Outcome RetryAfter(TimeSpan pause, string reason) => new(reason, pause);

    /// <summary>Done when the write was carried out or its object is gone; otherwise again, from a fresh reading.</summary>
    public static Outcome Of(StoreResult result) => result.IsOk || result.Error.IsNotFound ? Done : Retry(result.Error.ToString());
}
