namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// Pauses between failed lists and watches (common contract 9.1): 0.8 s, doubled up to 30 s, each with up to as much again at
/// random so that a thousand sidecars do not come back in step; two quiet minutes start it anew.
/// </summary>
internal sealed class WatchBackoff(TimeProvider time, Func<double> random)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <summary>After so long without a failure the next one is the first again.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2);

    private TimeSpan _next = s_first;
    private long _lastAsked = time.GetTimestamp();

    public TimeSpan Next()
    {
        if (time.GetElapsedTime(_lastAsked) > Quiet) _next = s_first;
        _lastAsked = time.GetTimestamp();
        var pause = _next;
        _next = pause * 2 < s_longest ? pause * 2 : s_longest;
        return pause + pause * random();
    }
}
