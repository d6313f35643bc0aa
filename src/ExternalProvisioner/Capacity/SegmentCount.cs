using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// The segments of the cluster: the distinct places where nodes of the driver stand, each counted by its nodes. What a change of one node costs does not
/// depend on how many there are. Not safe for several tasks.
/// </summary>
internal sealed class SegmentCount
{
    // Ten thousand nodes share the terms of a hundred segments.
    private sealed class Segment(TopologyTerm place)
    {
        public TopologyTerm Place => place;

        public int Nodes { get; set; }
    }

    private readonly Dictionary<string, Segment> _ofNode = new(StringComparer.Ordinal);
    private readonly Dictionary<TopologyTerm, Segment> _segments = [];

    /// <summary>The segments, in no order.</summary>
    public IReadOnlyCollection<TopologyTerm> All => _segments.Keys;

    public bool Contains(TopologyTerm place) => _segments.ContainsKey(place);

    /// <summary>The node stands there now; null where the driver is not on it, or nobody knows where it stands. Says which segment came by that, and which went.</summary>
    public (TopologyTerm? Came, TopologyTerm? Went) Put(string node, TopologyTerm? place)
    {
        var old = _ofNode.GetValueOrDefault(node);
        if (Equals(old?.Place, place)) return default;

        TopologyTerm? came = null, went = null;
        if (old is not null && --old.Nodes is 0)
        {
            _segments.Remove(old.Place);
            went = old.Place;
        }
        if (place is null)
        {
            _ofNode.Remove(node);
            return (null, went);
        }
        if (!_segments.TryGetValue(place, out var segment))
        {
            _segments[place] = segment = new Segment(place);
            came = place;
        }
        segment.Nodes++;
        _ofNode[node] = segment;
        return (came, went);
    }
}
