namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// What the kubelet has at its node: which volume is staged, and which pods have it. It is the kubelet's memory of what it still has to
/// undo, kept apart from objects that may be deleted in the meantime.
/// </summary>
internal sealed class VolumeUse
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Volume Volume, HashSet<(string Key, string Uid)> Pods)> _uses = new(StringComparer.Ordinal);

    private readonly HashSet<(string Volume, string PodUid)> _intents = [];

    /// <summary>The names under which the node's status shows the volumes: those that are here, and those about to be brought.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate) return [.. _uses.Where(use => !use.Value.Volume.IsInline).Select(use => use.Key).Union(_intents.Select(intent => intent.Volume))];
        }
    }

    /// <summary>A volume is about to be brought to a pod.</summary>
    public void Intend(Volume volume, StoredObject pod)
    {
        if (volume.Driver.Length == 0 || volume.IsInline) return;
        lock (_gate) _intents.Add((AttachmentName.InNodeStatus(volume), pod.Uid));
    }

    /// <summary>It was brought, or not: what came of it is among the uses.</summary>
    public void EndIntent(Volume volume, StoredObject pod)
    {
        lock (_gate) _intents.Remove((AttachmentName.InNodeStatus(volume), pod.Uid));
    }

    public void Begin(Volume volume, StoredObject pod)
    {
        lock (_gate)
        {
            var name = AttachmentName.InNodeStatus(volume);
            if (!_uses.TryGetValue(name, out var use)) _uses[name] = use = (volume, []);
            use.Pods.Add((ObjectKey.Of(pod), pod.Uid));
        }
    }

    /// <summary>The volumes a pod has.</summary>
    public IReadOnlyList<Volume> Of(string podUid)
    {
        lock (_gate) return [.. _uses.Values.Where(use => use.Pods.Any(pod => pod.Uid == podUid)).Select(use => use.Volume)];
    }

    /// <summary>The uids of the pods of that name that have volumes; one that was replaced by another of its name is among them.</summary>
    public IReadOnlyList<string> PodsNamed(string key)
    {
        lock (_gate) return [.. _uses.Values.SelectMany(use => use.Pods).Where(pod => pod.Key == key).Select(pod => pod.Uid).Distinct()];
    }

    public bool IsUsedByOthers(Volume volume, string podUid)
    {
        lock (_gate) return _uses.TryGetValue(AttachmentName.InNodeStatus(volume), out var use) && use.Pods.Any(pod => pod.Uid != podUid);
    }

    public void End(Volume volume, string podUid)
    {
        lock (_gate)
        {
            var name = AttachmentName.InNodeStatus(volume);
            if (_uses.TryGetValue(name, out var use) && use.Pods.RemoveWhere(pod => pod.Uid == podUid) > 0 && use.Pods.Count == 0) _uses.Remove(name);
        }
    }
}
