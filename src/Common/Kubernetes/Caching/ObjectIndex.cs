using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// Finds the objects of a store by something other than their key: the claim of a uid, the attachments of a volume. Kept by
/// the store under its lock, so it always agrees with it. An object whose value is null is not in the index.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
public sealed class ObjectIndex<T> where T : KubeObject
{
    private readonly Lock _lock;
    private readonly Func<T, string?> _valueOf;
    private readonly Func<ObjectKey, bool> _isHidden;

    // One object stands by itself, several in a list: nearly all values have one, and a list costs more than the entry.
    private Dictionary<string, object> _entries = new(StringComparer.Ordinal);

    internal ObjectIndex(Lock storeLock, Func<T, string?> valueOf, Func<ObjectKey, bool> isHidden) =>
        (_lock, _valueOf, _isHidden) = (storeLock, valueOf, isHidden);

    /// <summary>
    /// The object with that value, to act on it; for a value that only one object has. Null where there is none, and where its state of
    /// today cannot be read, as in <see cref="IObjectReader{T}.Find"/>.
    /// </summary>
    public T? Find(string value)
    {
        lock (_lock) return First(value) is { } found && !_isHidden(found.Key) ? found : null;
    }

    /// <summary>One object with that value, or null; which one, where there are several, is not said. It may be one that cannot be read any more.</summary>
    public T? First(string value)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(value) switch { T one => one, List<T> several => several[0], _ => null };
        }
    }

    /// <summary>All objects with that value, also those that cannot be read any more.</summary>
    public IReadOnlyList<T> All(string value)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(value) switch { T one => [one], List<T> several => [.. several], _ => [] };
        }
    }

    internal void ReplaceWhileLocked(IEnumerable<T> items)
    {
        _entries = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var item in items) PutWhileLocked(null, item);
        _entries.TrimExcess();
    }

    internal void PutWhileLocked(T? old, T? now)
    {
        var (before, after) = (old is null ? null : _valueOf(old), now is null ? null : _valueOf(now));
        if (before is not null) Remove(before, old!);
        if (after is not null) Add(after, now!);
    }

    private void Add(string value, T item)
    {
        if (!_entries.TryGetValue(value, out var found)) _entries[value] = item;
        else if (found is List<T> several) several.Add(item);
        else _entries[value] = new List<T> { (T)found, item };
    }

    private void Remove(string value, T item)
    {
        if (!_entries.TryGetValue(value, out var found)) return;
        if (found is not List<T> several)
        {
            if (((T)found).Key == item.Key) _entries.Remove(value);
            return;
        }
        several.RemoveAll(o => o.Key == item.Key);
        if (several.Count is 1) _entries[value] = several[0];
    }
}
