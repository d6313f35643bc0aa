using System.Collections.Concurrent;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// Claims whose request the driver called invalid (provisioner contract 4.3). They are left alone for the retention time, unless
/// their class was made anew meanwhile, which is how a wrong parameter is put right.
/// </summary>
internal sealed class InfeasibleClaims(TimeSpan retention, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (long Since, string ClassUid)> _byUid = new(StringComparer.Ordinal);

    public void Add(string uid, StorageClass storageClass) => _byUid[uid] = (time.GetTimestamp(), storageClass.Uid);

    public void Drop(string uid) => _byUid.TryRemove(uid, out _);

    /// <summary>How long the claim is still left alone; zero where it may be tried.</summary>
    public TimeSpan Remaining(string uid, StorageClass storageClass)
    {
        if (!_byUid.TryGetValue(uid, out var entry)) return TimeSpan.Zero;
        var remaining = retention - time.GetElapsedTime(entry.Since);
        if (remaining > TimeSpan.Zero && entry.ClassUid == storageClass.Uid) return remaining;
        Drop(uid);
        return TimeSpan.Zero;
    }
}
