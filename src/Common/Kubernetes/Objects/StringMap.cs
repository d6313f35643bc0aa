using System.Collections;
using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// An immutable map from text to text in one array: labels, annotations and parameters have a handful of entries, and a hash
/// table for each of twenty thousand objects would cost more than the texts in it. Entries keep the order in which they came;
/// a repeated key keeps its last value. Look-up is a scan.
/// </summary>
[JsonConverter(typeof(StringMapConverter))]
public sealed class StringMap : IReadOnlyCollection<KeyValuePair<string, string>>
{
    /// <summary>The map without entries.</summary>
    public static readonly StringMap Empty = new([]);

    // key, value, key, value, ...
    private readonly string[] _pairs;

    internal StringMap(string[] pairs) => _pairs = pairs;

    /// <summary>A map with the given entries.</summary>
    public static StringMap From(IEnumerable<KeyValuePair<string, string>> entries)
    {
        var pairs = new List<string>();
        foreach (var (key, value) in entries) Put(pairs, key, value);
        return pairs.Count is 0 ? Empty : new StringMap([.. pairs]);
    }

    /// <summary>Number of entries.</summary>
    public int Count => _pairs.Length / 2;

    /// <summary>The value of a key, or null where the key is absent.</summary>
    public string? this[string key]
    {
        get
        {
            for (var i = 0; i < _pairs.Length; i += 2)
            {
                if (_pairs[i] == key) return _pairs[i + 1];
            }
            return null;
        }
    }

    /// <summary>Whether the key is there, be its value empty or not.</summary>
    public bool Has(string key) => this[key] is not null;

    /// <summary>The same map with only the entries whose key is among those given; the same object where nothing falls away.</summary>
    public StringMap Only(IReadOnlySet<string> keys)
    {
        var kept = new List<string>(_pairs.Length);
        for (var i = 0; i < _pairs.Length; i += 2)
        {
            if (!keys.Contains(_pairs[i])) continue;
            kept.Add(_pairs[i]);
            kept.Add(_pairs[i + 1]);
        }
        return kept.Count == _pairs.Length ? this : kept.Count is 0 ? Empty : new StringMap([.. kept]);
    }

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var i = 0; i < _pairs.Length; i += 2) yield return new(_pairs[i], _pairs[i + 1]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static void Put(List<string> pairs, string key, string value)
    {
        for (var i = 0; i < pairs.Count; i += 2)
        {
            if (pairs[i] != key) continue;
            pairs[i + 1] = value;
            return;
        }
        pairs.Add(key);
        pairs.Add(value);
    }
}
