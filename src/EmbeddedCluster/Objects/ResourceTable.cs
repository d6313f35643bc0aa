using ByName = System.Collections.Immutable.ImmutableSortedDictionary<string, Sidecars.EmbeddedCluster.StoredObject>;
using ByNamespace = System.Collections.Immutable.ImmutableSortedDictionary<
    string, System.Collections.Immutable.ImmutableSortedDictionary<string, Sidecars.EmbeddedCluster.StoredObject>>;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The objects of one resource and their recent history. Readers take an immutable snapshot without a lock; the store changes the table under its
/// write lock only. A snapshot of an earlier version is rebuilt by undoing the history, so that pages of one list belong together.
/// </summary>
internal sealed class ResourceTable(int historyLength, long start)
{
    private static readonly ByName NoNames = ByName.Empty.WithComparers(StringComparer.Ordinal);

    private volatile TableSnapshot _current = new(ByNamespace.Empty.WithComparers(StringComparer.Ordinal), start);

    public EventHistory History { get; } = new(historyLength, start);

    public TableSnapshot Current => _current;

    public StoredObject? Find(string ns, string name) => _current.Find(ns, name);

    /// <summary>The table as it was at a version; null when the history no longer reaches back so far.</summary>
    public TableSnapshot? At(long version)
    {
        var current = _current;
        if (current.LastChange <= version) return current;
        if (History.PositionAfter(version) is not { } position) return null;
        var changes = new List<WatchEvent>();
        var batch = new WatchEvent[256];
        while (true)
        {
            if (History.Read(position, batch) is not { } count) return null;
            position += count;
            foreach (var change in batch.AsSpan(0, count))
                if (change.Version <= current.LastChange) changes.Add(change);
            if (count < batch.Length) break;
        }
        var objects = current.Objects;
        for (var i = changes.Count - 1; i >= 0; i--)
            objects = changes[i].Previous is { } previous ? With(objects, previous) : Without(objects, changes[i].Object);
        return new TableSnapshot(objects, version);
    }

    public void ApplyWhileLocked(WatchEvent change)
    {
        var objects = _current.Objects;
        _current = new TableSnapshot(change.Type == WatchEventType.Deleted ? Without(objects, change.Object) : With(objects, change.Object), change.Version);
        History.Add(change);
    }

    private static ByNamespace With(ByNamespace objects, StoredObject stored) =>
        objects.SetItem(stored.Namespace, objects.GetValueOrDefault(stored.Namespace, NoNames).SetItem(stored.Name, stored));

    private static ByNamespace Without(ByNamespace objects, StoredObject stored)
    {
        var names = objects.GetValueOrDefault(stored.Namespace, NoNames).Remove(stored.Name);
        return names.IsEmpty ? objects.Remove(stored.Namespace) : objects.SetItem(stored.Namespace, names);
    }
}
