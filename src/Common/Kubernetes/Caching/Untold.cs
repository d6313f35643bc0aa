using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// Of which objects the store knows more than the watch has told, what was told of them last, and which of the versions to come are ours. There is
/// an entry only from a write or read of ours until the watch is as far; nothing is kept of all other objects. Used under the store's lock.
/// </summary>
internal sealed class Untold<T> where T : KubeObject
{
    private readonly Dictionary<ObjectKey, Entry> _entries = [];

    /// <summary>A write is sent. <paramref name="known"/> is the object as the store shows it.</summary>
    public void Begin(ObjectKey key, T? known) => Of(key, known).UnderWay++;

    /// <summary>It has ended: what was held back of the object is to be told now, in this order; null where nothing is.</summary>
    public List<StoreChange<T>>? End(ObjectKey key)
    {
        if (!_entries.TryGetValue(key, out var entry) || --entry.UnderWay > 0) return null;
        var held = entry.Held;
        entry.Held = null;
        for (var i = 0; i < held?.Count; i++) held[i] = held[i] with { IsOwn = entry.IsOwn(held[i].New!) };
        DropIfTold(key, entry);
        return held;
    }

    /// <summary>
    /// The store shows a state in the place of <paramref name="known"/> that the watch has still to bring; <paramref name="isBack"/> where the object could
    /// not be read until then.
    /// </summary>
    public void Ahead(T? known, T shown, bool isBack)
    {
        var entry = Of(shown.Key, known);
        if (isBack && IsSame(entry.Told, shown)) entry.Told = null;
        entry.Version = Math.Max(entry.Version, shown.Metadata.ResourceVersion);
    }

    /// <summary>The answer to a write that is under way.</summary>
    public void Own(T written)
    {
        if (_entries.TryGetValue(written.Key, out var entry)) (entry.Own ??= []).Add(written.Metadata.ResourceVersion);
    }

    /// <summary>
    /// The watch brings an object, of which <paramref name="known"/> is shown: what is to be told of that; null where it is held back. One that could not be
    /// read until then (<paramref name="isBack"/>) is told as new: nobody could act on what was told of it last.
    /// </summary>
    public StoreChange<T>? Bring(T? known, T item, bool isBack)
    {
        var isShown = !isBack && IsThe(known, item);
        if (_entries.Count is 0 || !_entries.TryGetValue(item.Key, out var entry)) return new(Before(known, item, isBack), item) { IsShown = isShown };
        var change = new StoreChange<T>(Before(entry.Told, item, isBack), item) { IsOwn = entry.IsOwn(item), IsShown = isShown };
        entry.Told = item;
        if (entry.UnderWay > 0)
        {
            (entry.Held ??= []).Add(change);
            return null;
        }
        DropIfTold(item.Key, entry);
        return change;
    }

    /// <summary>Whether a state is the very one that is known.</summary>
    public static bool IsThe(T? known, T item) => known is not null && item.Metadata.ResourceVersion is var version and not 0
        && known.Metadata.ResourceVersion == version && known.Uid == item.Uid;

    /// <summary>What is to be told of as the state before.</summary>
    public static T? Before(T? told, T item, bool isBack) => isBack && IsSame(told, item) ? null : told;

    private static bool IsSame(T? told, T item) => told is null || told.Uid.Length is 0 || told.Uid == item.Uid;

    /// <summary>The object is gone as of a version, and everybody is told so: what went before that concerns nobody any more.</summary>
    public void Gone(ObjectKey key, ulong version)
    {
        if (_entries.Count is 0 || !_entries.TryGetValue(key, out var entry)) return;
        (entry.Told, entry.Held) = (null, null);
        if (entry.Version <= version) entry.Version = 0; // else there is a successor already
        DropIfTold(key, entry);
    }

    /// <summary>
    /// Everybody is told of a whole list: what was told last before it of those of which that is not what was shown; null where there are none.
    /// </summary>
    /// <param name="shown">What is shown from now on.</param>
    /// <param name="older">What the list says of those of which a write of ours shows more; the watch has still to bring that.</param>
    public Dictionary<ObjectKey, T?>? Relist(Dictionary<ObjectKey, T> shown, Dictionary<ObjectKey, T?>? older)
    {
        if (_entries.Count is 0) return null;
        var last = new Dictionary<ObjectKey, T?>();
        foreach (var (key, entry) in _entries)
        {
            // Of what was held back the first says what was told before it.
            last[key] = entry.Held is [var first, ..] ? first.Old : entry.Told;
            entry.Held = null;
            if (older is not null && older.TryGetValue(key, out var listed)) entry.Told = listed;
            else (entry.Told, entry.Version) = (shown.GetValueOrDefault(key), 0);
        }
        foreach (var key in last.Keys) DropIfTold(key, _entries[key]);
        return last;
    }

    private Entry Of(ObjectKey key, T? known)
    {
        if (!_entries.TryGetValue(key, out var entry)) _entries[key] = entry = new Entry { Told = known };
        return entry;
    }

    private void DropIfTold(ObjectKey key, Entry entry)
    {
        if (entry.UnderWay is 0 && entry.Version <= (entry.Told?.Metadata.ResourceVersion ?? 0)) _entries.Remove(key);
    }

    private sealed class Entry
    {
        /// <summary>As the watch told of it last, or is about to.</summary>
        public T? Told { get; set; }

        /// <summary>The newest version that was shown before the watch brought it.</summary>
        public ulong Version { get; set; }

        public List<ulong>? Own { get; set; }

        public int UnderWay { get; set; }

        public List<StoreChange<T>>? Held { get; set; }

        public bool IsOwn(T item) => Own?.Contains(item.Metadata.ResourceVersion) ?? false;
    }
}
