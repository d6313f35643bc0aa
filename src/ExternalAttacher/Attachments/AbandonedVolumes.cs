using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Requests;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>A volume that may be published, by an attachment that is not there any more.</summary>
/// <param name="Of">The attachment as it was last known.</param>
/// <param name="Order">The call that makes the volume unreachable again.</param>
internal sealed record AbandonedVolume(VolumeAttachment Of, UnpublishOrder Order);

/// <summary>
/// The volumes whose attachment was taken away by force while the driver published them: no object is left that asks for their detach,
/// so it is remembered here, by the attachment's name, until the detach lane has seen to it. A new process knows nothing of them.
/// </summary>
internal sealed class AbandonedVolumes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<AbandonedVolume>> _volumes = new(StringComparer.Ordinal);

    public void Add(AbandonedVolume volume)
    {
        lock (_lock)
        {
            if (_volumes.TryGetValue(volume.Of.Name, out var known)) known.Add(volume);
            else _volumes[volume.Of.Name] = [volume];
        }
    }

    /// <summary>Those of the attachments of that name.</summary>
    public IReadOnlyList<AbandonedVolume> Of(string name)
    {
        lock (_lock) return _volumes.TryGetValue(name, out var known) ? [.. known] : [];
    }

    public void Remove(AbandonedVolume volume)
    {
        lock (_lock)
        {
            if (!_volumes.TryGetValue(volume.Of.Name, out var known)) return;
            known.Remove(volume);
            if (known.Count is 0) _volumes.Remove(volume.Of.Name);
        }
    }
}
