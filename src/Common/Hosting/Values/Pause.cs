namespace Sidecars.Hosting;

/// <summary>
/// Waits for a time of any length. The platform's timers take 49.7 days at most and throw for more; users write <c>8760h</c> for "never".
/// </summary>
public static class Pause
{
    /// <summary>Completes when the time has passed on the given clock, or is cancelled. Nothing or less has passed at once.</summary>
    public static Task For(TimeSpan span, TimeProvider time, CancellationToken stop) =>
        span <= TimeLimit.Longest ? Task.Delay(span > TimeSpan.Zero ? span : TimeSpan.Zero, time, stop) : InPieces(span, time, stop);

    private static async Task InPieces(TimeSpan span, TimeProvider time, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        for (var left = span; left > TimeSpan.Zero; left = span - time.GetElapsedTime(started))
            await Task.Delay(left < TimeLimit.Longest ? left : TimeLimit.Longest, time, stop);
    }
}
