using System.Collections.Concurrent;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// Attachments that are to be done again although their state says that they are done: the driver lists them otherwise. One stays
/// here until that went well or it is gone; a successor of the same name is not meant.
/// </summary>
internal sealed class ForcedAttachments
{
    private readonly ConcurrentDictionary<string, string> _uids = new(StringComparer.Ordinal); // by name

    public void Add(VolumeAttachment attachment) => _uids[attachment.Name] = attachment.Uid;

    public bool Contains(VolumeAttachment attachment) => _uids.TryGetValue(attachment.Name, out var uid) && uid == attachment.Uid;

    /// <summary>It was done again, or is gone.</summary>
    public void Remove(VolumeAttachment attachment) => _uids.TryRemove(new(attachment.Name, attachment.Uid));
}
