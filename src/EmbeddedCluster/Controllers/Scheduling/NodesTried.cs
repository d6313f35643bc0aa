namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Which node each claim was told, and which were given back: a provisioner takes the selected node off a claim where it can make no
/// volume. A node that was given back is tried again after all others, where a real scheduler draws lots among equals; and once all were,
/// with a growing pause, as a real scheduler makes for a pod.
/// </summary>
internal sealed class NodesTried(TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Trial> _trials = new(StringComparer.Ordinal);

    /// <summary>The claim carries the node now.</summary>
    public void Told(Claim claim, string node)
    {
        lock (_gate)
        {
            if (!_trials.TryGetValue(claim.Stored.Uid, out var trial)) _trials[claim.Stored.Uid] = trial = new Trial();
            trial.Told = node;
        }
    }

    /// <summary>True once for each node that was taken off the claim.</summary>
    public bool TakeReturned(Claim claim)
    {
        lock (_gate)
        {
            if (claim.IsBound || claim.SelectedNode.Length > 0) return false;
            if (!_trials.TryGetValue(claim.Stored.Uid, out var trial) || trial.Told is not { } node) return false;
            trial.Returns[node] = trial.Returns.GetValueOrDefault(node) + 1;
            (trial.Told, trial.LastReturn) = (null, time.GetTimestamp());
            return true;
        }
    }

    /// <summary>How often the node was taken off these claims.</summary>
    public int Returns(IEnumerable<Claim> claims, string node)
    {
        lock (_gate) return claims.Select(TrialOf).OfType<Trial>().Sum(trial => trial.Returns.GetValueOrDefault(node));
    }

    /// <summary>How long to wait before one of the claims gets this node again; null when it may now.</summary>
    public TimeSpan? PauseBefore(IEnumerable<Claim> claims, string node)
    {
        lock (_gate)
        {
            var pauses = claims.Where(claim => claim.SelectedNode.Length == 0).Select(TrialOf).OfType<Trial>()
                .Where(trial => trial.Returns.ContainsKey(node)).Select(trial => Pause(trial.Returns[node]) - time.GetElapsedTime(trial.LastReturn));
            var longest = pauses.DefaultIfEmpty(TimeSpan.Zero).Max();
            return longest > TimeSpan.Zero ? longest : null;
        }
    }

    /// <summary>The claim has its volume, or is gone.</summary>
    public void Forget(string claimUid)
    {
        lock (_gate) _trials.Remove(claimUid);
    }

    private Trial? TrialOf(Claim claim) => _trials.GetValueOrDefault(claim.Stored.Uid);

    private static TimeSpan Pause(int returns) =>
        TimeSpan.FromTicks((long)Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, returns - 1)));

    private sealed class Trial
    {
        public string? Told { get; set; }
        public long LastReturn { get; set; }
        public Dictionary<string, int> Returns { get; } = new(StringComparer.Ordinal);
    }
}
