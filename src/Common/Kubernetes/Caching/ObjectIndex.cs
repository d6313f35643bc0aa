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

    /// <summary>A list that grows beyond this becomes a dictionary: a thousand claims may be clones of one.</summary>
    private const int LongestList = 16;

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
            return _entries.GetValueOrDefault(value) switch
            {
                T one => one, List<T> several => several[0], Dictionary<ObjectKey, T> many => many.Values.First(), _ => null,
            };
        }
    }

    /// <summary>All objects with that value, also those that cannot be read any more.</summary>
    public IReadOnlyList<T> All(string value)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(value) switch
            {
                T one => [one], List<T> several => [.. several], Dictionary<ObjectKey, T> many => [.. many.Values], _ => [],
            };
        }
    }

    /// <summary>Whether any object with that value, readable or not, satisfies a condition, which is asked under the store's lock.</summary>
    public bool Any(string value, Func<T, bool> condition)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(value) switch
            {
                T one => condition(one), List<T> several => several.Exists(o => condition(o)), Dictionary<ObjectKey, T> many => many.Values.Any(condition), _ => false,
            };
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
        switch (_entries.GetValueOrDefault(value))
        {
            case null:
                _entries[value] = item;
                break;
            case T one:
                _entries[value] = new List<T> { one, item };
                break;
            case List<T> { Count: < LongestList } several:
                several.Add(item);
                break;
            case List<T> several:
                _entries[value] = new Dictionary<ObjectKey, T>(several.ToDictionary(o => o.Key)) { [item.Key] = item };
                break;
            case Dictionary<ObjectKey, T> many:
                many[item.Key] = item;
                break;
        }
    }

    private void Remove(string value, T item)
    {
        switch (_entries.GetValueOrDefault(value))
        {
            case T one when one.Key == item.Key:
                _entries.Remove(value);
                break;
            case List<T> several:
                several.RemoveAll(o => o.Key == item.Key);
                if (several.Count is 1) _entries[value] = several[0];
                break;
            case Dictionary<ObjectKey, T> many:
                many.Remove(item.Key);
                if (many.Count is 1) _entries[value] = many.Values.First();
                break;
        }
    }
}
