using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Keeps every object and gives out resource versions: one writer at a time, one counter for the whole cluster, readers without locks. It knows no
/// rules of kinds; a commit says which version it was computed from and is refused when that is no longer the current one.
/// </summary>
internal sealed class ObjectStore(int historyLength) : IDisposable
{
    // A version of 0 or 1 has a special meaning, or looks like one, in several clients. What was before the first is as good as compacted.
    private const long FirstVersion = 1000;

    private readonly Lock _gate = new();
    private readonly ObjectText _text = new();
    private readonly ConcurrentDictionary<string, ResourceTable> _tables = new(StringComparer.Ordinal);
    private long _version = FirstVersion;

    public long Version => Interlocked.Read(ref _version);

    public ResourceTable Table(ResourceDefinition resource) =>
        _tables.GetOrAdd(resource.GroupResource, static (_, length) => new ResourceTable(length, FirstVersion), historyLength);

    public void Dispose() => _text.Dispose();

    /// <summary>
    /// Stores a new version if the current one is still <paramref name="expected"/> (null: there must be none). Returns null when it is not; the
    /// caller reads again and decides again.
    /// </summary>
    public StoredObject? TryWrite(ResourceDefinition resource, StoredObject? expected, JsonObject content)
    {
        var table = Table(resource);
        resource = VersionConversion.Store(content, resource);
        var (ns, name) = (content["metadata"].Text("namespace") ?? "", content["metadata"].Text("name") ?? "");
        lock (_gate)
        {
            if (!ReferenceEquals(table.Find(ns, name), expected)) return null;
            var stored = _text.Freeze(resource, content, _version + 1);
            table.ApplyWhileLocked(new WatchEvent(expected is null ? WatchEventType.Added : WatchEventType.Modified, stored, expected));
            Interlocked.Increment(ref _version);
            return stored;
        }
    }

    /// <summary>Removes an object if it is still the expected one; its last state gets the version of the removal. Null when it is not.</summary>
    public StoredObject? TryRemove(ResourceDefinition resource, StoredObject expected, JsonObject last)
    {
        var table = Table(resource);
        resource = VersionConversion.Store(last, resource);
        lock (_gate)
        {
            if (!ReferenceEquals(table.Find(expected.Namespace, expected.Name), expected)) return null;
            var stored = _text.Freeze(resource, last, _version + 1);
            table.ApplyWhileLocked(new WatchEvent(WatchEventType.Deleted, stored, expected));
            Interlocked.Increment(ref _version);
            return stored;
        }
    }

    /// <summary>What a write would have stored, without storing it: for dry runs.</summary>
    public StoredObject Imagine(ResourceDefinition resource, JsonObject content, long version)
    {
        resource = VersionConversion.Store(content, resource);
        lock (_gate) return _text.Freeze(resource, content, version);
    }

    /// <summary>A snapshot and the version it stands for. The version is read first, so the snapshot is never older than it says.</summary>
    public (TableSnapshot Snapshot, long Version) Read(ResourceDefinition resource)
    {
        lock (_gate) return (Table(resource).Current, _version);
    }

    /// <summary>The state at an earlier version; null when it was compacted.</summary>
    public TableSnapshot? ReadAt(ResourceDefinition resource, long version) => Table(resource).At(version);

    /// <summary>Forgets the history of all resources: a watch or a page that continues from before gets 410 Expired.</summary>
    public void CompactNow()
    {
        var now = Version;
        foreach (var table in _tables.Values) table.History.Compact(now);
    }

    /// <summary>Drops all objects of a resource that is no longer served.</summary>
    public void Forget(ResourceDefinition resource) => _tables.TryRemove(resource.GroupResource, out _);
}
