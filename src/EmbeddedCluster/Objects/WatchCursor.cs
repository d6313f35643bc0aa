namespace Sidecars.EmbeddedCluster;

/// <summary>
/// One reader's place in the history of a resource. It turns raw changes into what a watch with this selection shows: an object that starts to
/// match was added, one that stops to match was deleted.
/// </summary>
internal sealed class WatchCursor
{
    // Large enough to drain a burst with one write to the connection, small enough to keep a slow reader's memory bounded.
    private const int BatchSize = 256;

    private readonly EventHistory _history;
    private readonly string _namespace;
    private readonly Selection _selection;
    private readonly ObjectStore _store;
    private readonly WatchEvent[] _batch = new WatchEvent[BatchSize];
    private readonly long _after;
    private long _position;

    private WatchCursor(ObjectStore store, EventHistory history, string ns, Selection selection, long position, long after) =>
        (_store, _history, _namespace, _selection, _position, _after) = (store, history, ns, selection, position, after);

    /// <summary>Opens a cursor after a version; null when the history no longer reaches back so far.</summary>
    public static WatchCursor? Open(ObjectStore store, ResourceDefinition resource, string ns, Selection selection, long version)
    {
        var history = store.Table(resource).History;
        return history.PositionAfter(version) is { } position ? new WatchCursor(store, history, ns, selection, position, version) : null;
    }

    /// <summary>Completes when <see cref="Read"/> has something to say.</summary>
    public Task Wait() => _history.WaitFor(_position);

    /// <summary>True when the last <see cref="Read"/> found nothing, shown or not, that was still unread.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Replaces the list's content by the next changes to show, perhaps none. False when changes were lost.</summary>
    public bool Read(List<WatchEvent> into)
    {
        into.Clear();
        if (_history.Read(_position, _batch) is not { } count) return false;
        _position += count;
        IsAtEnd = count == 0;
        foreach (var change in _batch.AsSpan(0, count))
            if (Shown(change) is { } shown) into.Add(shown);
        return true;
    }

    private WatchEvent? Shown(WatchEvent change)
    {
        // A watch may start at a version that has not been given out yet.
        if (change.Version <= _after || (_namespace.Length > 0 && change.Object.Namespace != _namespace)) return null;
        if (_selection.MatchesEverything) return change;
        var matched = change.Previous is { } previous && _selection.Matches(previous);
        if (change.Type == WatchEventType.Deleted) return matched ? change : null;
        var matches = _selection.Matches(change.Object);
        if (matches) return matched ? change : change with { Type = WatchEventType.Added };
        if (!matched) return null;
        // The state shown is the last one that matched, under the version of the change that ended it.
        var last = change.Previous!;
        return change with { Type = WatchEventType.Deleted, Object = _store.Imagine(last.Resource, last.ToJson(), change.Version) };
    }
}
