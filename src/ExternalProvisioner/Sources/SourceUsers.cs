using System.Collections.Concurrent;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Which claims are being filled from a source, or will be: those that wait for their volume, whoever provisions it, and those that are gone while
/// the driver may still be at work for them. A claim of another namespace counts only where such sources are allowed at all, and not once it was
/// refused this one: who may not use a source must not be able to keep it either.
/// </summary>
internal sealed class SourceUsers
{
    private readonly Caches _caches;
    private readonly InProgressClaims _inProgress;
    private readonly SourceOptions _options;
    private readonly ConcurrentDictionary<string, byte> _refused = new(StringComparer.Ordinal);

    public SourceUsers(Caches caches, InProgressClaims inProgress, SourceOptions options)
    {
        (_caches, _inProgress, _options) = (caches, inProgress, options);
        caches.Claims.Changed += change =>
        {
            if (change.Old is { } old && old.Uid != change.New?.Uid) _refused.TryRemove(old.Uid, out _);
        };
    }

    /// <summary>Told that a claim was refused its source.</summary>
    public event Action<string>? Refused;

    /// <summary>Notes whether a claim may be filled from a source of another namespace.</summary>
    public void Judge(PersistentVolumeClaim claim, bool isRefused)
    {
        if (!isRefused) _refused.TryRemove(claim.Uid, out _);
        else if (_refused.TryAdd(claim.Uid, 0)) Refused?.Invoke(claim.Uid);
    }

    /// <summary>The claims that wait to become clones of a claim.</summary>
    public IEnumerable<PersistentVolumeClaim> WaitingClonesOf(ObjectKey source) => _caches.PendingClones.All(source.ToString()).Where(clone => Counts(clone, source));

    /// <summary>Whether a clone of a claim may still be being made for a claim that is gone.</summary>
    public bool HasAbandonedCloneOf(ObjectKey source) => _inProgress.Any(clone => SourceProtection.ClonedFrom(clone) == source);

    /// <summary>Whether anything is restored from a snapshot, or will be, for a claim other than those for which <paramref name="isServed"/> holds.</summary>
    public bool HasRestoreOf(ObjectKey snapshot, Func<PersistentVolumeClaim, bool> isServed) =>
        _caches.PendingRestores.Any(snapshot.ToString(), claim => Counts(claim, snapshot) && !isServed(claim))
        || _inProgress.Any(claim => SourceProtection.RestoredFrom(claim) == snapshot && !isServed(claim));

    /// <summary>Whether a claim that waits for this source has a right to it.</summary>
    public bool Counts(PersistentVolumeClaim claim, ObjectKey source) =>
        claim.Metadata.Namespace == source.Namespace || (_options.CrossesNamespaces && !_refused.ContainsKey(claim.Uid));
}
