using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>
/// Why a volume is not deleted yet. Whoever deletes a pod and its claim together, or a namespace, deletes the volume before it is detached: that
/// is a wait, which ends by itself, and no failure.
/// </summary>
/// <param name="Reason">For people: what is in the way.</param>
/// <param name="IsWait">What is in the way goes by itself in the normal course of things.</param>
internal readonly record struct NotDeleted(string Reason, bool IsWait)
{
    public static NotDeleted Failed(string reason) => new(reason, IsWait: false);

    /// <summary>
    /// A volume that is reached from its node, or on the way from there. An attachment that nobody carries out and nobody takes away is in nobody's
    /// course, and one whose detach fails does not go by itself.
    /// </summary>
    public static NotDeleted While(VolumeAttachment attachment, PersistentVolume volume)
    {
        var still = $"persistentvolume {volume.Name} is still attached to node {attachment.Spec.NodeName}";
        return attachment.Status.DetachError is null && (attachment.Status.Attached || attachment.IsBeingDeleted)
            ? new NotDeleted($"{still}: it is deleted once it is detached there", IsWait: true)
            : Failed(still);
    }
}
