using System.Collections.Concurrent;

namespace Sidecars.ExternalProvisioner.NodeDeployment;

/// <summary>
/// When this node's turn is to take a claim that no node has yet: after a while that grows with each try and is in part left to chance, so that of
/// many nodes one is first by more than it takes the others to see it (provisioner contract 9.4). Nobody waits for it: a claim comes up again then.
/// </summary>
internal sealed class TakingTurns(NodeDeploymentOptions options, TimeProvider time, Func<double> random)
{
    private readonly ConcurrentDictionary<string, (int Tries, long Since, TimeSpan Delay)> _byClaim = new(StringComparer.Ordinal);

    /// <summary>How long the claim of that uid still has to wait; zero when it is this node's turn. The first question begins the wait.</summary>
    public TimeSpan Remaining(string uid)
    {
        var turn = _byClaim.GetOrAdd(uid, _ => (0, time.GetTimestamp(), DelayOf(0)));
        var left = turn.Delay - time.GetElapsedTime(turn.Since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The turn came to nothing: wait again, longer.</summary>
    public TimeSpan Again(string uid)
    {
        var tries = _byClaim.TryGetValue(uid, out var turn) ? turn.Tries + 1 : 0;
        var delay = DelayOf(tries);
        _byClaim[uid] = (tries, time.GetTimestamp(), delay);
        return delay;
    }

    /// <summary>The claim is a node's, or gone.</summary>
    public void Forget(string uid) => _byClaim.TryRemove(uid, out _);

    private TimeSpan DelayOf(int tries)
    {
        var grown = options.BaseDelay.TotalSeconds * Math.Pow(2, Math.Min(tries, 30)); // beyond that every cap is reached
        var delay = Math.Min(grown, options.MaxDelay.TotalSeconds) - (random() * options.BaseDelay.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Max(delay, 0));
    }
}
