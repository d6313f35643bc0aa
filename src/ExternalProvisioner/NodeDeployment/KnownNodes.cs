using System.Collections.Concurrent;
using System.Text;

namespace Sidecars.ExternalProvisioner.NodeDeployment;

/// <summary>
/// The nodes that are seen to take claims of the driver, and in which order they may take the next: all instances see the same claims, and so come to
/// the same order without asking each other or watching the nodes. An instance that knows of fewer nodes than another has another order, and
/// then chance decides, as it does where nothing is known. A node that is gone keeps its turn, and the next one follows.
/// </summary>
internal sealed class KnownNodes
{
    /// <summary>Beyond that turns follow each other faster than claims are seen.</summary>
    private const int Most = 1000;

    private readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);
    private readonly string _own;
    private int _told = 1;

    public KnownNodes(string own)
    {
        _own = own;
        _names[own] = 0;
    }

    /// <summary>Told when so many more nodes are known that turns of claims that wait have changed: a few times in all.</summary>
    public event Action? Grew;

    /// <summary>A claim names this node.</summary>
    public void See(string node)
    {
        if (_names.Count >= Most || !_names.TryAdd(node, 0)) return;
        var (told, now) = (_told, _names.Count);
        if (2 * now < 3 * told || Interlocked.CompareExchange(ref _told, now, told) != told) return;
        Grew?.Invoke();
    }

    /// <summary>When this node's turn comes for the claim of that uid, the first being 0, and how many have one.</summary>
    public (int Turn, int Of) TurnFor(string uid)
    {
        var (own, before, count) = (Weigh(_own, uid), 0, 0);
        foreach (var (name, _) in _names)
        {
            count++;
            var other = Weigh(name, uid);
            if (other < own || (other == own && string.CompareOrdinal(name, _own) < 0)) before++;
        }
        return (before, count);
    }

    /// <summary>FNV-1a of 64 bits, stirred so that names that end alike do not stand together. The same in every process.</summary>
    private static ulong Weigh(string node, string uid)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes($"{uid}/{node}")) hash = unchecked((hash ^ b) * 1099511628211UL);
        hash = unchecked((hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL);
        return hash ^ (hash >> 33);
    }
}
