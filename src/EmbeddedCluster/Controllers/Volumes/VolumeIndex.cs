using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The volumes nobody owns yet, and those that name each claim, kept up to date by a watch, so that looking for a claim's volume does
/// not read all volumes. What it gives is read anew from the store before anybody relies on it.
/// </summary>
internal sealed class VolumeIndex(Storage storage)
{
    private readonly ConcurrentDictionary<string, string> _claimOf = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _unclaimed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableList<string>> _volumesOf = new(StringComparer.Ordinal); // the oldest first

    public void Apply(WatchEvent change)
    {
        var (name, volume) = (change.Object.Name, new Volume(change.Object));
        if (_claimOf.TryRemove(name, out var before)) Unname(before, name);
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
        // An older volume that names the claim comes first; two volumes for one claim are sorted out by their phases.
        _volumesOf.AddOrUpdate(volume.ClaimKey, [name], (_, others) => others.Add(name));
    }

    /// <summary>The volumes that name the claim, the oldest first, then all that name nobody.</summary>
    public IEnumerable<Volume> CandidatesFor(string claimKey)
    {
        foreach (var own in _volumesOf.GetValueOrDefault(claimKey) ?? [])
            if (Read(own) is { } named) yield return named;
        foreach (var name in _unclaimed.Keys)
            if (Read(name) is { } volume) yield return volume;
    }

    /// <summary>Names of the volumes that name the claim.</summary>
    public IEnumerable<string> NamesFor(string claimKey) => _volumesOf.GetValueOrDefault(claimKey) ?? [];

    private void Unname(string claimKey, string name)
    {
        var left = _volumesOf.AddOrUpdate(claimKey, [], (_, names) => names.Remove(name));
        if (left.IsEmpty) _volumesOf.TryRemove(KeyValuePair.Create(claimKey, left));
    }

    private Volume? Read(string name) => storage.Get("persistentvolumes", null, name).Object is { } stored ? new Volume(stored) : null;
}
