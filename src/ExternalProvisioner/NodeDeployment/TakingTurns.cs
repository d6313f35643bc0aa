using System.Collections.Concurrent;

namespace Sidecars.ExternalProvisioner.NodeDeployment;

/// <summary>
/// When this node's turn is to take a claim that no node has yet: within <c>--node-deployment-base-delay</c>, in the order that all known nodes have for
/// it, and in part by chance, so that of many nodes one is first by more than it takes the others to see it; after a try that came to nothing, later
/// and later (provisioner contract 9.4). Nobody waits for it: a claim comes up again then.
/// </summary>
internal sealed class TakingTurns(NodeDeploymentOptions options, KnownNodes nodes, TimeProvider time, Func<double> random)
{
    private readonly ConcurrentDictionary<string, (int Tries, long Since, double Chance)> _byClaim = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _had = new(StringComparer.Ordinal);

    /// <summary>Uids of the claims that wait for their turn.</summary>
    public IEnumerable<string> Waiting => _byClaim.Select(t => t.Key);

    /// <summary>How long the claim of that uid still has to wait; zero when it is this node's turn. The first question begins the wait.</summary>
    public TimeSpan Remaining(string uid)
    {
        var turn = _byClaim.GetOrAdd(uid, _ => (_had.ContainsKey(uid) ? 1 : 0, time.GetTimestamp(), random()));
        var left = DelayOf(uid, turn.Tries, turn.Chance) - time.GetElapsedTime(turn.Since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The turn came to nothing: wait again, longer.</summary>
    public TimeSpan Again(string uid)
    {
        var turn = (Tries: _byClaim.TryGetValue(uid, out var before) ? before.Tries + 1 : 1, time.GetTimestamp(), Chance: random());
        _byClaim[uid] = turn;
        return DelayOf(uid, turn.Tries, turn.Chance);
    }

    /// <summary>The claim is this node's. Should it come to be nobody's again, this node had its turn, and others come first.</summary>
    public void Had(string uid)
    {
        _byClaim.TryRemove(uid, out _);
        _had[uid] = 0;
    }

    /// <summary>The claim is another node's, or gone.</summary>
    public void Forget(string uid)
    {
        _byClaim.TryRemove(uid, out _);
        _had.TryRemove(uid, out _);
    }

    private TimeSpan DelayOf(string uid, int tries, double chance)
    {
        var width = options.BaseDelay.TotalSeconds;
        if (tries is 0)
        {
            var (turn, of) = nodes.TurnFor(uid);
            // Alone, as far as is known, a node leaves all to chance; beside others half of each turn is a pause before the next.
            return TimeSpan.FromSeconds(width * (turn + (of is 1 ? chance : chance / 2)) / of);
        }
        var grown = width * Math.Pow(2, Math.Min(tries, 30)); // beyond that every cap is reached
        return TimeSpan.FromSeconds(Math.Max(Math.Min(grown, options.MaxDelay.TotalSeconds) - (chance * width), 0));
    }
}
