using System.Collections.Concurrent;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Groups;

/// <summary>
/// Groups whose last try came to nothing because the server did not do what it was asked, as where a quota is in the way, and not because of what
/// they are to be taken of. They wait for their pause, whatever claims and volumes come by meanwhile: each try reads all claims of the namespace.
/// </summary>
internal sealed class GroupRefusals(GroupObjects objects)
{
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal); // by uid

    /// <summary>A try begins: what comes from now on may be what it does not know yet.</summary>
    public void Begin(VolumeGroupSnapshot group) => Forget(group.Uid);

    /// <summary>The try came to nothing by the server.</summary>
    public void Note(VolumeGroupSnapshot group)
    {
        _refused[group.Uid] = true;
        if (objects.Find(group.Key)?.Uid != group.Uid) Forget(group.Uid); // gone meanwhile, and forgotten before
    }

    public bool Holds(VolumeGroupSnapshot group) => _refused.ContainsKey(group.Uid);

    /// <summary>The group is gone.</summary>
    public void Forget(string uid) => _refused.TryRemove(uid, out _);
}
