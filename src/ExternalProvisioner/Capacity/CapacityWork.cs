using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// Everything of which the capacity is to be published: each class of the driver in each segment. Kept by the changes alone; a change answers with the keys of
/// the items that came or went by it. Safe for several tasks.
/// </summary>
internal sealed class CapacityWork
{
    private readonly Lock _lock = new();
    private readonly SegmentCount _segments = new();
    private readonly HashSet<string> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CapacityItem> _items = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock) return _items.Count;
        }
    }

    /// <summary>Keys of all items.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock) return [.. _items.Keys];
        }
    }

    public CapacityItem? Find(string key)
    {
        lock (_lock) return _items.GetValueOrDefault(key);
    }

    /// <summary>Keys of a class in all segments.</summary>
    public IReadOnlyList<string> OfClass(string storageClass)
    {
        lock (_lock) return _classes.Contains(storageClass) ? [.. _segments.All.Select(s => CapacityItem.KeyOf(s, storageClass))] : [];
    }

    /// <summary>Keys of all classes in exactly that segment.</summary>
    public IReadOnlyList<string> OfSegment(TopologyTerm segment)
    {
        lock (_lock) return _segments.Contains(segment) ? [.. _classes.Select(c => CapacityItem.KeyOf(segment, c))] : [];
    }

    /// <summary>Something about a node changed. Where it stands is asked under the lock: of two changes at the same time the later state stays.</summary>
    public IReadOnlyList<string> NodeChanged(string node, Func<TopologyTerm?> place)
    {
        lock (_lock)
        {
            var (came, went) = _segments.Put(node, place());
            var changed = new List<string>();
            foreach (var storageClass in _classes)
            {
                if (went is not null) changed.Add(RemoveWhileLocked(went, storageClass));
                if (came is not null) changed.Add(AddWhileLocked(came, storageClass));
            }
            return changed;
        }
    }

    /// <summary>Whether a class counts from now on.</summary>
    public IReadOnlyList<string> ClassChanged(string storageClass, bool counts)
    {
        lock (_lock)
        {
            if (!(counts ? _classes.Add(storageClass) : _classes.Remove(storageClass))) return [];
            return [.. _segments.All.Select(s => counts ? AddWhileLocked(s, storageClass) : RemoveWhileLocked(s, storageClass))];
        }
    }

    private string AddWhileLocked(TopologyTerm segment, string storageClass)
    {
        var item = new CapacityItem(segment, storageClass);
        _items[item.Key] = item;
        return item.Key;
    }

    private string RemoveWhileLocked(TopologyTerm segment, string storageClass)
    {
        var key = CapacityItem.KeyOf(segment, storageClass);
        _items.Remove(key);
        return key;
    }
}
