using System.Runtime.ExceptionServices;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// The known state of one resource. A full list is gathered aside and takes the place of the old state in one step; a newer
/// object is never overwritten by an older one; what we wrote ourselves can be folded in before the watch brings it back, and
/// is not resurrected if the watch had already seen it go. Readers use <see cref="IObjectReader{T}"/>; only the watch and the
/// code that writes to the API hold the store itself.
/// </summary>
/// <remarks>
/// A store has one or more readers, each with a <see cref="Reading{T}"/> of its own; it keeps what any of them reads and lets go of
/// the rest at the door. Without a reading objects are kept as they came. An object that no reader wants is not kept at all; one that
/// comes to be unwanted is gone from the store as if it had been deleted.
/// </remarks>
/// <typeparam name="T">Kind of the objects.</typeparam>
public sealed class ObjectStore<T> : IObjectReader<T> where T : KubeObject, new()
{
    private readonly Lock _lock = new();
    private readonly Lock _telling = new(); // taken before the other: what is told of an object is told in order
    private readonly Untold<T> _untold = new();
    private readonly List<ObjectIndex<T>> _indexes = [];
    private readonly List<(Reading<T> Take, Func<T, bool>? Wants)> _readers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<ObjectKey, T> _objects = [];
    private Dictionary<ObjectKey, T>? _gathered; // the full list that is coming in
    private ulong _version; // everything the server did up to here is in _objects

    // Objects we know to be gone before the watch does: events of before their end are still to come, and must not revive them.
    private readonly Dictionary<ObjectKey, T> _gone = [];

    // Objects whose state of today cannot be read (see Watcher): nobody is to act on them, and what they refer to still finds them in an index,
    // where anything of them is known.
    private HashSet<ObjectKey> _hidden = [];
    private Dictionary<ObjectKey, T?>? _gatheredHidden;

    private ExceptionDispatchInfo? _thrown; // by one who was told of a change where nobody may hear of it

    /// <summary>
    /// Told of every change the watch brings, for each object in the server's order, after the store shows it. Folded writes are not told: the
    /// watch brings them too, and <c>Old</c> is always what was told last, so that nothing others wrote is passed over because an answer of ours brought
    /// it in before. Called by one at a time, mostly on the watch's task, so it has to be quick and must not throw.
    /// </summary>
    public event Action<StoreChange<T>>? Changed;

    /// <inheritdoc />
    public Task Synced => _synced.Task;

    /// <inheritdoc />
    public int Count
    {
        get
        {
            lock (_lock) return _objects.Count;
        }
    }

    /// <summary>Adds a reader, by what it reads and, where it does not want all objects, by which; to be called before the watch starts.</summary>
    public void Add(Reading<T> reading, Func<T, bool>? wants = null) => _readers.Add((reading, wants));

    /// <summary>Adds an index; to be called before the watch starts.</summary>
    public ObjectIndex<T> IndexBy(Func<T, string?> valueOf)
    {
        var index = new ObjectIndex<T>(_lock, valueOf, key => _hidden.Count > 0 && _hidden.Contains(key));
        lock (_lock)
        {
            index.ReplaceWhileLocked(_objects.Values);
            _indexes.Add(index);
        }
        return index;
    }

    /// <inheritdoc />
    public T? Find(ObjectKey key)
    {
        lock (_lock) return IsHiddenWhileLocked(key) ? null : _objects.GetValueOrDefault(key);
    }

    /// <inheritdoc />
    public bool IsUnreadable(ObjectKey key)
    {
        lock (_lock) return _hidden.Contains(key);
    }

    /// <inheritdoc />
    public bool? AnyKnown(Func<T, bool> condition)
    {
        lock (_lock) return _objects.Values.Any(condition) ? true : _hidden.All(_objects.ContainsKey) ? false : null;
    }

    /// <inheritdoc />
    public IReadOnlyList<T> Snapshot()
    {
        lock (_lock) return _hidden.Count is 0 ? [.. _objects.Values] : [.. _objects.Where(o => !_hidden.Contains(o.Key)).Select(o => o.Value)];
    }

    /// <summary>
    /// Takes in one event of the watch, and returns it as it was taken: an object that one of the readers cannot take in is one that cannot be read.
    /// </summary>
    public WatchEvent<T> Take(in WatchEvent<T> e)
    {
        Interlocked.Exchange(ref _thrown, null)?.Throw();
        T? kept = null;
        if (e.Kind is WatchEventKind.Listed or WatchEventKind.Applied && IsWanted(e.Object!))
        {
            (kept, var problem) = TakenIn(e.Object!);
            if (problem is not null)
                return Take(new(WatchEventKind.Unreadable, Unreadable: new UnreadableObject(e.Object!.Key, e.Object.Uid, e.Object.Metadata.ResourceVersion, problem)));
        }
        switch (e.Kind)
        {
            case WatchEventKind.ListStarted:
                (_gathered, _gatheredHidden) = ([], []);
                break;
            case WatchEventKind.Listed:
                if (kept is not null) _gathered![e.Object!.Key] = kept;
                else _gathered!.Remove(e.Object!.Key);
                _gatheredHidden!.Remove(e.Object.Key);
                break;
            case WatchEventKind.Deleted when _gathered is not null:
                Ungather(e.Object!.Key);
                break;
            case WatchEventKind.DeletedUnreadable when _gathered is not null:
                Ungather(e.Unreadable!.Key);
                break;
            case WatchEventKind.Unreadable when _gathered is not null:
                GatherHidden(e.Unreadable!, PartOf(e));
                break;
            case WatchEventKind.Unreadable or WatchEventKind.DeletedUnreadable:
                Hide(e.Unreadable!, PartOf(e), isGone: e.Kind is WatchEventKind.DeletedUnreadable);
                break;
            case WatchEventKind.ListCompleted:
                Replace(e.Version);
                break;
            case WatchEventKind.Applied when kept is null:
                LetGo(e.Object!);
                break;
            case WatchEventKind.Applied:
                Apply(kept);
                break;
            case WatchEventKind.Deleted:
                Remove(e.Object!);
                break;
            case WatchEventKind.Progressed:
                lock (_lock) _version = Math.Max(_version, e.Version);
                break;
            case WatchEventKind.Failed:
                (_gathered, _gatheredHidden) = (null, null); // a list that broke off is no list
                break;
            default:
                throw new InvalidOperationException($"a watch event of kind {e.Kind}");
        }
        return e;
    }

    /// <summary>
    /// Shows the answer to a read or write of ours at once. Ignored where the store knows the same or a newer state, or has already
    /// seen the object disappear. What the watch tells goes on from what it told last.
    /// </summary>
    public void Fold(T answer) => Fold(answer, isOwn: false);

    /// <summary>
    /// Begins a write, before it is sent. What it is answered with is shown at once, as by <see cref="Fold(T)"/>, and comes as our own when the watch brings
    /// it (<see cref="StoreChange{T}.IsOwn"/>), also where the watch is faster than the answer: what it brings meanwhile is told when the write has ended.
    /// </summary>
    public OwnWrite<T> BeginWrite(ObjectKey key)
    {
        lock (_lock) _untold.Begin(key, _objects.GetValueOrDefault(key));
        return new OwnWrite<T>(this, key);
    }

    internal void Fold(T answer, bool isOwn)
    {
        var kept = IsWanted(answer) ? Kept(answer) : null; // else the watch tells of it
        lock (_lock)
        {
            if (isOwn) _untold.Own(answer);
            if (kept is not null) FoldWhileLocked(kept);
        }
    }

    /// <summary>
    /// Tells what was held back. One who is told and throws has a bug, which comes to light where such bugs do, on the watch's task: the write is
    /// answered all the same, and the others are told of all of it.
    /// </summary>
    internal void EndWrite(ObjectKey key)
    {
        lock (_telling)
        {
            List<StoreChange<T>>? held;
            lock (_lock) held = _untold.End(key);
            foreach (var change in held ?? [])
            {
                foreach (var told in Delegate.EnumerateInvocationList(Changed))
                {
                    try
                    {
                        told(change);
                    }
#pragma warning disable CA1031 // Whatever it is, it is thrown again.
                    catch (Exception thrown)
#pragma warning restore CA1031
                    {
                        Interlocked.CompareExchange(ref _thrown, ExceptionDispatchInfo.Capture(thrown), null);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Shows at once that an object is gone, where it is still the incarnation we deleted. Older states of it, which the watch
    /// may still bring, are then passed over.
    /// </summary>
    public void FoldDeletion(ObjectKey key, string uid)
    {
        lock (_lock)
        {
            if (_objects.GetValueOrDefault(key) is not { } known || known.Uid != uid) return;
            _gone[key] = known;
            PutWhileLocked(known, null);
        }
    }

    private void FoldWhileLocked(T shown)
    {
        if (IsKnownGoneWhileLocked(shown)) return;
        var known = _objects.GetValueOrDefault(shown.Key);
        var version = shown.Metadata.ResourceVersion;
        if (known is null ? version <= _version : version <= known.Metadata.ResourceVersion) return;
        _untold.Ahead(known, shown, isBack: IsHiddenWhileLocked(shown.Key));
        PutWhileLocked(known, shown);
    }

    /// <summary>The object as it is kept, or what one of the readers made of it: none has to end the process over an object of somebody's making.</summary>
    private (T? Kept, string? Problem) TakenIn(T read)
    {
        try
        {
            return (Kept(read), null);
        }
#pragma warning disable CA1031 // A reader that throws has a bug, whatever it throws.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            return (null, $"a reader of it threw {thrown.GetType().Name}: {thrown.Message}");
        }
    }

    /// <summary>The object as it is kept: its name and version, and what the readers read of it.</summary>
    private T Kept(T read)
    {
        if (_readers.Count is 0) return read;
        var (metadata, kept) = (read.Metadata, new T());
        kept.Metadata = new ObjectMeta { Namespace = metadata.Namespace, Name = metadata.Name, ResourceVersion = metadata.ResourceVersion };
        foreach (var reader in _readers) reader.Take(read, kept);
        return kept;
    }

    private bool IsWanted(T read)
    {
        foreach (var (_, wants) in _readers)
            if (wants is null || wants(read)) return true;
        return _readers.Count is 0;
    }

    /// <summary>Nobody wants the object as it is by now.</summary>
    private void LetGo(T read)
    {
        T? known;
        lock (_lock)
        {
            _version = Math.Max(_version, read.Metadata.ResourceVersion);
            known = _objects.GetValueOrDefault(read.Key);
            if (known is null) _hidden.Remove(read.Key);
            if (known is null || known.Metadata.ResourceVersion > read.Metadata.ResourceVersion) return;
            PutWhileLocked(known, null);
            _untold.Gone(known.Key, read.Metadata.ResourceVersion);
        }
        Tell(new(known, null));
    }

    private void Apply(T item)
    {
        lock (_telling)
        {
            StoreChange<T>? change;
            lock (_lock)
            {
                var known = _objects.GetValueOrDefault(item.Key);
                _version = Math.Max(_version, item.Metadata.ResourceVersion);
                if (IsKnownGoneWhileLocked(item)) return;
                var isOlder = known is not null && item.Metadata.ResourceVersion is not 0 && item.Metadata.ResourceVersion < known.Metadata.ResourceVersion;
                var isBack = !isOlder && IsHiddenWhileLocked(item.Key);
                if (!isOlder) PutWhileLocked(known, item);
                change = _untold.Bring(known, item, isBack);
            }
            if (change is { } told) Changed?.Invoke(told);
        }
    }

    private void Remove(T last)
    {
        lock (_lock)
        {
            _version = Math.Max(_version, last.Metadata.ResourceVersion);
            if (IsKnownGoneWhileLocked(last)) _gone.Remove(last.Key);
            var known = _objects.GetValueOrDefault(last.Key);
            if (known is null) _hidden.Remove(last.Key);
            // A folded successor of the same name, made after this deletion, stays.
            else if (known.Metadata.ResourceVersion <= last.Metadata.ResourceVersion) PutWhileLocked(known, null);
            _untold.Gone(last.Key, last.Metadata.ResourceVersion);
        }
        Tell(new(last, null));
    }

    private void Replace(ulong version)
    {
        var listed = _gathered ?? throw new InvalidOperationException("a list was completed that never started");
        var hidden = _gatheredHidden!;
        (_gathered, _gatheredHidden) = (null, null);
        listed.TrimExcess();
        lock (_telling) Replace(version, listed, hidden);
        // Last: work that begins before all are told of the list would be told of it in its midst, and done twice.
        _synced.TrySetResult();
    }

    private void Replace(ulong version, Dictionary<ObjectKey, T> listed, Dictionary<ObjectKey, T?> hidden)
    {
        Dictionary<ObjectKey, T> old;
        Dictionary<ObjectKey, T?>? toldLast, older;
        HashSet<ObjectKey> wasHidden;
        var ended = new List<T>();
        lock (_lock)
        {
            (old, wasHidden) = (_objects, _hidden);
            foreach (var (key, gone) in _gone.ToArray())
            {
                if (listed.GetValueOrDefault(key)?.Uid == gone.Uid) listed.Remove(key); // a list of before the end
                else
                {
                    _gone.Remove(key);
                    ended.Add(gone); // its deletion will not come any more
                }
            }
            // A list older than what the watch has shown means that the server's own history went back (a restored backup):
            // then the list alone is true. Otherwise own writes that are newer than the list stay.
            older = version >= _version ? KeepNewer(old, listed, version) : null;
            _objects = listed;
            _hidden = [.. hidden.Where(h => listed.GetValueOrDefault(h.Key) == h.Value).Select(h => h.Key)];
            _version = version;
            foreach (var index in _indexes) index.ReplaceWhileLocked(listed.Values);
            toldLast = _untold.Relist(listed, older);
        }
        if (Changed is not { } told) return;
        foreach (var gone in ended) told(new(gone, null));
        foreach (var (key, gone) in old)
        {
            // What can be read of one that cannot be read whole may be of another incarnation.
            if (listed.TryGetValue(key, out var now) && !(hidden.ContainsKey(key) && now.Uid != gone.Uid)) continue;
            if (toldLast?.GetValueOrDefault(key) is { } last && last.Uid != gone.Uid) told(new(last, null)); // that one was a folded successor
            told(new(gone, null));
        }
        foreach (var (key, shown) in listed)
        {
            var known = old.GetValueOrDefault(key);
            if (toldLast is null || !toldLast.TryGetValue(key, out var last)) last = known;
            var item = shown;
            if (older is not null && older.TryGetValue(key, out var before)) item = before; // the watch has still to tell of our write
            else if (hidden.ContainsKey(key)) continue;
            var isBack = wasHidden.Contains(key);
            if (item is not null) told(new(Untold<T>.Before(last, item, isBack), item) { IsShown = !isBack && Untold<T>.IsThe(known, item) });
            else if (last is not null) told(new(last, null));
        }
    }

    private void Tell(StoreChange<T> change)
    {
        lock (_telling) Changed?.Invoke(change);
    }

    private void Ungather(ObjectKey key)
    {
        _gathered!.Remove(key);
        _gatheredHidden!.Remove(key);
    }

    /// <summary>An object of the coming list that cannot be read: what was known of that incarnation takes its place, else what can be read of it.</summary>
    private void GatherHidden(UnreadableObject item, T? part)
    {
        lock (_lock)
        {
            Ungather(item.Key);
            var known = _objects.GetValueOrDefault(item.Key);
            if (known is not null && !IsSame(known, item)) known = null;
            var shown = known ?? part;
            if (shown is not null) _gathered![item.Key] = shown;
            if (known is null || !IsOlder(item, known)) _gatheredHidden![item.Key] = shown;
        }
    }

    /// <summary>The state of an object that is not to be acted on any more; another incarnation than the known one says at least that that one is gone.</summary>
    private void Hide(UnreadableObject item, T? part, bool isGone)
    {
        T? gone = null;
        lock (_lock)
        {
            _version = Math.Max(_version, item.Version);
            if (isGone && _gone.GetValueOrDefault(item.Key)?.Uid == item.Uid) _gone.Remove(item.Key, out gone);
            var known = _objects.GetValueOrDefault(item.Key);
            if (known is null || !IsOlder(item, known))
            {
                var isSame = known is not null && !isGone && IsSame(known, item);
                if (!isSame && known is not null) PutWhileLocked(gone = known, null);
                if (isGone || gone is not null) _untold.Gone(item.Key, item.Version);
                if (!isSame && part is not null && !IsKnownGoneWhileLocked(part)) PutWhileLocked(null, part);
                if (isGone) _hidden.Remove(item.Key);
                else if (_objects.ContainsKey(item.Key) || _gone.GetValueOrDefault(item.Key)?.Uid != item.Uid) _hidden.Add(item.Key);
            }
        }
        if (gone is not null) Tell(new(gone, null));
    }

    /// <summary>What could be read of an object, if that is the one that is meant.</summary>
    private T? PartOf(in WatchEvent<T> e) => e.Object is { } part && part.Key == e.Unreadable!.Key ? TakenIn(part).Kept : null;

    /// <summary>Whether it may be the known incarnation; a uid that was trimmed away or cannot be read says nothing.</summary>
    private static bool IsSame(T known, UnreadableObject item) => known.Uid.Length is 0 || item.Uid.Length is 0 || known.Uid == item.Uid;

    private static bool IsOlder(UnreadableObject item, T known) => item.Version is not 0 && item.Version < known.Metadata.ResourceVersion;

    /// <summary>Keeps what a write of ours shows of after the list; what the list says of those, or null where there are none.</summary>
    private static Dictionary<ObjectKey, T?>? KeepNewer(Dictionary<ObjectKey, T> old, Dictionary<ObjectKey, T> listed, ulong version)
    {
        Dictionary<ObjectKey, T?>? older = null;
        foreach (var (key, known) in old)
        {
            if (known.Metadata.ResourceVersion <= version) continue;
            if (listed.TryGetValue(key, out var item) && item.Metadata.ResourceVersion >= known.Metadata.ResourceVersion) continue;
            (older ??= [])[key] = item;
            listed[key] = known;
        }
        return older;
    }

    private bool IsHiddenWhileLocked(ObjectKey key) => _hidden.Count > 0 && _hidden.Contains(key);

    private bool IsKnownGoneWhileLocked(T item) => _gone.Count > 0 && _gone.GetValueOrDefault(item.Key)?.Uid == item.Uid;

    private void PutWhileLocked(T? known, T? item)
    {
        if (_hidden.Count > 0 && (item ?? known) is { } shown) _hidden.Remove(shown.Key);
        if (item is not null) _objects[item.Key] = item;
        else if (known is not null) _objects.Remove(known.Key);
        foreach (var index in _indexes) index.PutWhileLocked(known, item);
    }
}
