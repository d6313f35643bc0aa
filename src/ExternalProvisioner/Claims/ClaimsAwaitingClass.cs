namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// Claims that name a class which does not exist, by the name of the class, so that they are tried the moment it appears
/// instead of after their back-off.
/// </summary>
internal sealed class ClaimsAwaitingClass
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<string>> _uidsByClass = new(StringComparer.Ordinal);

    public void Add(string storageClass, string uid)
    {
        lock (_lock)
        {
            if (!_uidsByClass.TryGetValue(storageClass, out var uids)) _uidsByClass[storageClass] = uids = new(StringComparer.Ordinal);
            uids.Add(uid);
        }
    }

    /// <summary>The claims that waited for a class; they do not wait any more.</summary>
    public IReadOnlyCollection<string> Take(string storageClass)
    {
        lock (_lock) return _uidsByClass.Remove(storageClass, out var uids) ? uids : [];
    }
}
