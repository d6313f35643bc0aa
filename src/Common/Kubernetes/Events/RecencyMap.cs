using System.Diagnostics.CodeAnalysis;

namespace Sidecars.Kubernetes.Events;

/// <summary>A map that holds a limited number of entries and gives up the one unused for longest. Not for several threads.</summary>
internal sealed class RecencyMap<TKey, TValue>(int capacity) where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _entries = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new(); // most recently used first

    public int Count => _entries.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_entries.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }
        _order.Remove(node);
        _order.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    public void Put(TKey key, TValue value)
    {
        if (_entries.Remove(key, out var known)) _order.Remove(known);
        else if (_entries.Count == capacity)
        {
            _entries.Remove(_order.Last!.Value.Key);
            _order.RemoveLast();
        }
        _entries[key] = _order.AddFirst((key, value));
    }
}
