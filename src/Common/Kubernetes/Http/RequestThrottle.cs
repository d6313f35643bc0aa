using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The token bucket behind an explicit <c>--kube-api-qps/--kube-api-burst</c> (common contract 8.3): it starts full, tokens are
/// given out in order of arrival, and a caller waits for its own. Without those flags there is none, and the server's 429 and
/// Retry-After set the pace.
/// </summary>
public sealed class RequestThrottle
{
    private static readonly TimeSpan s_never = TimeSpan.FromDays(36_500);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly int _burst;
    private readonly long _start;
    private double _tokens;
    private double _filledAt; // seconds since start

    /// <summary>A bucket of <paramref name="burst"/> tokens, refilled <paramref name="perSecond"/> times a second.</summary>
    public RequestThrottle(double perSecond, int burst, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(burst);
        (_perSecond, _burst, _time, _tokens) = (perSecond, burst, time, burst);
        _start = time.GetTimestamp();
    }

    /// <summary>Takes a token, waiting for it where the bucket is empty.</summary>
    public ValueTask TakeAsync(CancellationToken cancel)
    {
        var wait = Reserve();
        return wait > TimeSpan.Zero ? new ValueTask(Pause.For(wait, _time, cancel)) : ValueTask.CompletedTask;
    }

    /// <summary>Takes a token, which may be one of the future, and says how long it is until that one is there.</summary>
    internal TimeSpan Reserve()
    {
        lock (_lock)
        {
            var now = _time.GetElapsedTime(_start).TotalSeconds;
            _tokens = Math.Min(_burst, _tokens + (now - _filledAt) * _perSecond);
            _filledAt = now;
            _tokens -= 1;
            if (_tokens >= 0) return TimeSpan.Zero;
            var seconds = -_tokens / _perSecond; // of a rate that is next to nothing: more than there are
            return seconds < s_never.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_never;
        }
    }
}
