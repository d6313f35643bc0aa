namespace Sidecars.HostPathDriver.Storage;

/// <summary>
/// The space of each node, and within it of each kind of volume that has a limit of its own. Something fits where both hold it; what is set
/// aside counts in both.
/// </summary>
internal sealed class NodeSpace
{
    private readonly Dictionary<string, SpaceAccount> _nodes;
    private readonly Dictionary<(string Node, string Kind), SpaceAccount> _kinds = [];

    /// <param name="options">The capacities.</param>
    /// <param name="promised">The bytes promised on a node, to one kind or to all.</param>
    public NodeSpace(DriverOptions options, Func<string, string?, long> promised)
    {
        _nodes = options.Nodes.ToDictionary(
            node => node, node => new SpaceAccount(options.CapacityOf(node), () => promised(node, null)), StringComparer.Ordinal);
        foreach (var node in options.Nodes)
        {
            foreach (var (kind, capacity) in options.KindCapacities)
                _kinds[(node, kind)] = new SpaceAccount(capacity, () => promised(node, kind));
        }
    }

    /// <summary>Bytes that can still be promised to a volume of the kind on the node.</summary>
    public long Available(string node, string kind) =>
        _kinds.TryGetValue((node, kind), out var ofKind) ? Math.Min(ofKind.Available, _nodes[node].Available) : _nodes[node].Available;

    /// <summary>Sets bytes aside until the reservation is disposed; null when there are not as many.</summary>
    public IDisposable? TryReserve(string node, string kind, long bytes)
    {
        if (_nodes[node].TryReserve(bytes) is not { } ofNode) return null;
        if (!_kinds.TryGetValue((node, kind), out var account)) return ofNode;
        if (account.TryReserve(bytes) is { } ofKind) return new Both(ofNode, ofKind);
        ofNode.Dispose();
        return null;
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
