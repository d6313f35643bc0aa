using System.Collections.Concurrent;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The volumes nobody owns yet, and those that name each claim, kept up to date by a watch, so that looking for a claim's volume does
/// not read all volumes. What it gives is read anew from the store before anybody relies on it.
/// </summary>
internal sealed class VolumeIndex(Storage storage)
{
    private readonly ConcurrentDictionary<string, string> _claimOf = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _unclaimed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _volumeOf = new(StringComparer.Ordinal);

    public void Apply(WatchEvent change)
    {
        var (name, volume) = (change.Object.Name, new Volume(change.Object));
        if (_claimOf.TryRemove(name, out var before)) _volumeOf.TryRemove(KeyValuePair.Create(before, name));
        if (change.Type == WatchEventType.Deleted)
        {
            _unclaimed.TryRemove(name, out _);
            return;
        }

        if (!volume.IsClaimed)
        {
            _unclaimed[name] = 0;
            return;
        }

        _unclaimed.TryRemove(name, out _);
        _claimOf[name] = volume.ClaimKey;
        // An older volume that names the claim keeps it; two volumes for one claim are sorted out by their phases.
        _volumeOf.TryAdd(volume.ClaimKey, name);
    }

    /// <summary>The volume that names the claim, if any, then all that name nobody.</summary>
    public IEnumerable<Volume> CandidatesFor(string claimKey)
    {
        if (_volumeOf.TryGetValue(claimKey, out var own) && Read(own) is { } named) yield return named;
        foreach (var name in _unclaimed.Keys)
            if (Read(name) is { } volume) yield return volume;
    }

    private Volume? Read(string name) => storage.Get("persistentvolumes", null, name).Object is { } stored ? new Volume(stored) : null;
}
