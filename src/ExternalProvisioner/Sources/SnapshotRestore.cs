using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Whether a volume can be restored from a snapshot: the checks of provisioner contract 5.9 in their order, over the objects as they were read. Pure
/// functions; null is yes, and what is wrong is what the user reads.
/// </summary>
internal static class SnapshotRestore
{
    /// <summary>On the content, by whoever may say that its volumes may have another mode than the one it was taken of.</summary>
    public const string ModeChangeAnnotation = "snapshot.storage.kubernetes.io/allow-volume-mode-change";

    // What the originals read as true, in their spellings.
    private static readonly HashSet<string> s_true = ["1", "t", "T", "true", "TRUE", "True"];

    /// <summary>What can be said before the content is read.</summary>
    public static string? Problem(VolumeSnapshot snapshot)
    {
        // One with our finalizer was there when its restore began, and stays until that is over.
        if (snapshot.IsBeingDeleted && !snapshot.HasFinalizer(SourceProtection.SnapshotFinalizer)) return $"snapshot {snapshot.Name} is being deleted";
        return string.IsNullOrEmpty(snapshot.Status?.BoundVolumeSnapshotContentName) ? $"snapshot {snapshot.Name} not bound" : null;
    }

    /// <summary>What can be said of the snapshot and its content for this request.</summary>
    public static string? Problem(VolumeSnapshot snapshot, VolumeSnapshotContent content, RequestDraft request, bool preventsModeConversion)
    {
        if (content.Spec.VolumeSnapshotRef is not { } bound || bound.Uid != snapshot.Uid || bound.Namespace != snapshot.Metadata.Namespace || bound.Name != snapshot.Name)
            return $"snapshotcontent {content.Name} for snapshot {snapshot.Name} is bound to a different snapshot";
        if (content.Spec.Driver != request.SourceDriver)
            return $"snapshotcontent {content.Name} for snapshot {snapshot.Name} is not handled by CSI driver of StorageClass {request.Class.Name}: it is of {content.Spec.Driver}";
        if (snapshot.Status?.ReadyToUse is not true) return $"snapshot {snapshot.Name} is not Ready";
        if (string.IsNullOrEmpty(content.Status?.SnapshotHandle)) return $"snapshot handle {snapshot.Name} is not available";
        return SizeProblem(snapshot, request) ?? (preventsModeConversion ? ModeProblem(content, request.Claim) : null);
    }

    private static string? SizeProblem(VolumeSnapshot snapshot, RequestDraft request)
    {
        if (snapshot.Status?.RestoreSize is not { } text) return null;
        if (!Quantity.TryParse(text, out var size)) return $"the restore size \"{text}\" of snapshot {snapshot.Name} is not a quantity";
        // Zero is what a driver says that does not know it.
        if (size.Sign <= 0 || request.Csi.CapacityRange.RequiredBytes >= size.Value) return null;
        return $"requested volume size {request.Csi.CapacityRange.RequiredBytes} is less than the size {size.Value} for the source snapshot {snapshot.Name}";
    }

    private static string? ModeProblem(VolumeSnapshotContent content, PersistentVolumeClaim claim)
    {
        if (content.Spec.SourceVolumeMode is not { Length: > 0 } source || claim.Spec.VolumeMode is not { Length: > 0 } asked || source == asked) return null;
        var permission = content.Annotation(ModeChangeAnnotation);
        if (permission is not null && s_true.Contains(permission)) return null;
        return $"requested volume {claim.Key} modifies the mode of the source volume but does not have permission to do so. {ModeChangeAnnotation} annotation "
            + (permission is null ? $"is not present on snapshotcontent {content.Name}" : $"on snapshotcontent {content.Name} is \"{permission}\", not true");
    }
}
