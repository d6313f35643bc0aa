using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// Claims that could not be asked for because nodes did not say where they stand: no node of the driver was there, or the selected one lacked a
/// label. When a node comes to its place they come up at once instead of by their back-off. Of very many only some are known here; the others have
/// their back-off still.
/// </summary>
internal sealed class ClaimsWithoutPlace
{
    /// <summary>A few megabytes at most.</summary>
    internal const int Most = 10_000;

    private const string AnyNode = ""; // no node is called that

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _nodeByClaim = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _claimsByNode = new(StringComparer.Ordinal);

    /// <summary>The claim waits for that node; null is for any.</summary>
    public void Add(string uid, string? node)
    {
        lock (_lock)
        {
            DropWhileLocked(uid);
            if (_nodeByClaim.Count >= Most) return;
            node ??= AnyNode;
            _nodeByClaim[uid] = node;
            if (!_claimsByNode.TryGetValue(node, out var claims)) _claimsByNode[node] = claims = new HashSet<string>(StringComparer.Ordinal);
            claims.Add(uid);
        }
    }

    /// <summary>The claim waits no more.</summary>
    public void Drop(string uid)
    {
        lock (_lock) DropWhileLocked(uid);
    }

    /// <summary>Puts into the queue what a node that changed may help.</summary>
    public void NodeChanged(string node, NodeTopology nodes, WorkQueue<string> queue)
    {
        lock (_lock)
        {
            if (_nodeByClaim.Count is 0) return;
        }
        if (!nodes.IsPlaced(node)) return;
        foreach (var uid in Take(node).Concat(Take(AnyNode))) queue.Add(uid);
    }

    private HashSet<string> Take(string node)
    {
        lock (_lock)
        {
            if (!_claimsByNode.Remove(node, out var claims)) return [];
            foreach (var uid in claims) _nodeByClaim.Remove(uid);
            return claims;
        }
    }

    private void DropWhileLocked(string uid)
    {
        if (!_nodeByClaim.Remove(uid, out var node) || !_claimsByNode.TryGetValue(node, out var claims)) return;
        claims.Remove(uid);
        if (claims.Count is 0) _claimsByNode.Remove(node);
    }
}
