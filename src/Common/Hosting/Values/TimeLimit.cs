namespace Sidecars.Hosting;

/// <summary>
/// How long something may take, as a token: it is cancelled when the limit has passed, or when the caller wants to stop, and tells which it
/// was. Without a limit, or with one that is longer than the platform's timers can wait for (49.7 days), only the caller's wish counts. A
/// limit of nothing has passed at once.
/// </summary>
public sealed class TimeLimit : IDisposable
{
    /// <summary>What a timer of the platform can wait for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;

    /// <summary>Begins to count, on the given clock.</summary>
    public TimeLimit(TimeSpan? limit, TimeProvider time, CancellationToken stop)
    {
        _stop = stop;
        _limit = new CancellationTokenSource(TimerOf(limit), time);
        if (limit <= TimeSpan.Zero) _limit.Cancel(); // whenever the clock's timers fire
        _either = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, stop);
        Token = _either.Token;
    }

    /// <summary>For what is limited.</summary>
    public CancellationToken Token { get; }

    /// <summary>The limit has passed, and the caller did not want to stop.</summary>
    public bool HasPassed => _limit.IsCancellationRequested && !_stop.IsCancellationRequested;

    /// <summary>Begins to count anew, with another limit; not after the one before has passed.</summary>
    public void Restart(TimeSpan limit) => _limit.CancelAfter(TimerOf(limit));

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }

    private static TimeSpan TimerOf(TimeSpan? limit) => limit switch
    {
        null => Timeout.InfiniteTimeSpan,
        { } span when span > Longest => Timeout.InfiniteTimeSpan,
        { } span when span <= TimeSpan.Zero => TimeSpan.Zero,
        { } span => span,
    };
}
