namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// The places of the whole cluster, by the keys that the driver told of its nodes. They are gathered when they are asked for and kept until a
/// node changes, so a thousand claims look through ten thousand nodes once.
/// </summary>
internal sealed class ClusterTopology
{
    private sealed record Gathered(long Version)
    {
        public Dictionary<string, TopologyTerm[]> ByKeys { get; } = new(StringComparer.Ordinal);

        public IReadOnlyList<string[]>? KeysInOrder { get; set; }
    }

    private readonly NodeTopology _nodes;
    private readonly Lock _lock = new();
    private Gathered _gathered = new(0);
    private long _version; // counts the changes of nodes

    public ClusterTopology(NodeTopology nodes)
    {
        _nodes = nodes;
        nodes.Changed += _ => Interlocked.Increment(ref _version);
    }

    /// <summary>The places by these keys, sorted; none where no node has all of them.</summary>
    public TopologyTerm[] By(IReadOnlyList<string> keys)
    {
        lock (_lock) return ByWhileLocked(NowWhileLocked(), PlacesOfNodes.Sorted(keys));
    }

    /// <summary>
    /// The places by the keys that most nodes have; where no node's labels know those, by those of the next most. With no such keys at all both are empty;
    /// keys without places are those that were looked for first.
    /// </summary>
    public (IReadOnlyList<string> Keys, IReadOnlyList<TopologyTerm> Places) ByKeysOfMost()
    {
        lock (_lock)
        {
            var now = NowWhileLocked();
            now.KeysInOrder ??= PlacesOfNodes.KeysInOrder(_nodes.AllKeys);
            foreach (var keys in now.KeysInOrder)
            {
                if (ByWhileLocked(now, keys) is { Length: > 0 } places) return (keys, places);
            }
            return (now.KeysInOrder.Count is 0 ? [] : now.KeysInOrder[0], []);
        }
    }

    private Gathered NowWhileLocked()
    {
        // Read before the nodes are: a change meanwhile has them gathered once more.
        var version = Interlocked.Read(ref _version);
        return _gathered.Version == version ? _gathered : _gathered = new Gathered(version);
    }

    private TopologyTerm[] ByWhileLocked(Gathered now, string[] sorted)
    {
        var name = PlacesOfNodes.NameOf(sorted);
        return now.ByKeys.TryGetValue(name, out var places) ? places : now.ByKeys[name] = PlacesOfNodes.Of(_nodes.AllLabels, sorted);
    }
}
