using CsiTopology = Csi.V1.Topology;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// A place, as keys and values in a fixed order (provisioner contract 5.8): sorted by key and then by value, in the order of their bytes.
/// Two terms with the same entries are equal. The term without entries is everywhere.
/// </summary>
internal sealed class TopologyTerm : IEquatable<TopologyTerm>, IComparable<TopologyTerm>
{
    /// <summary>Everywhere.</summary>
    public static readonly TopologyTerm Everywhere = new([]);

    private readonly KeyValuePair<string, string>[] _entries;

    private TopologyTerm(KeyValuePair<string, string>[] entries) => _entries = entries;

    /// <summary>The entries, sorted.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries => _entries;

    /// <summary>The term with these entries, in whatever order they come.</summary>
    public static TopologyTerm Of(IEnumerable<KeyValuePair<string, string>> entries)
    {
        var sorted = entries.ToArray();
        Array.Sort(sorted, Compare);
        return sorted.Length is 0 ? Everywhere : new TopologyTerm(sorted);
    }

    /// <summary>Whether every entry of this term is one of the other.</summary>
    public bool IsPartOf(TopologyTerm other) => Array.TrueForAll(_entries, e => Array.IndexOf(other._entries, e) >= 0);

    /// <summary>The message of the protocol.</summary>
    public CsiTopology ToCsi()
    {
        var topology = new CsiTopology();
        foreach (var (key, value) in _entries) topology.Segments[key] = value;
        return topology;
    }

    /// <summary>The order of terms: fewer entries come first, then the first entry that differs decides.</summary>
    public int CompareTo(TopologyTerm? other)
    {
        if (other is null) return 1;
        if (_entries.Length != other._entries.Length) return _entries.Length.CompareTo(other._entries.Length);
        for (var i = 0; i < _entries.Length; i++)
        {
            if (Compare(_entries[i], other._entries[i]) is not 0 and var order) return order;
        }
        return 0;
    }

    public bool Equals(TopologyTerm? other) => other is not null && _entries.AsSpan().SequenceEqual(other._entries);

    public override bool Equals(object? obj) => Equals(obj as TopologyTerm);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _entries)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }
        return hash.ToHashCode();
    }

    public override string ToString() => $"{{{string.Join(", ", _entries.Select(e => $"{e.Key}={e.Value}"))}}}";

    private static int Compare(KeyValuePair<string, string> one, KeyValuePair<string, string> other) =>
        string.CompareOrdinal(one.Key, other.Key) is not 0 and var order ? order : string.CompareOrdinal(one.Value, other.Value);
}
