using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Whether a volume can be a clone of another claim's: the checks of provisioner contract 5.10 in their order, over the objects as they were read. Pure
/// functions; null is yes, and what is wrong is what the user reads.
/// </summary>
internal static class CloneSource
{
    private const string FileSystem = "Filesystem";

    /// <summary>What can be said of the claim that is cloned.</summary>
    /// <param name="source">That claim.</param>
    /// <param name="request">The request for the clone.</param>
    /// <param name="isUnderWay">Whether the driver may already be at work on this very clone.</param>
    public static string? Problem(PersistentVolumeClaim source, RequestDraft request, bool isUnderWay)
    {
        if (source.Status?.Phase is not WellKnown.PhaseBound) return $"the source claim {source.Key} must be Bound to be cloned, and is {source.Status?.Phase ?? "in no phase yet"}";
        // Differs from Go: a clone that the driver may be making goes on, so that it is known what became of it. The source is held meanwhile.
        if (source.IsBeingDeleted && !(isUnderWay && source.HasFinalizer(SourceProtection.CloneFinalizer))) return $"the source claim {source.Key} is being deleted";
        if (source.Spec.StorageClassName is null) return $"the source claim {source.Key} names no storage class";
        if (request.Claim.Spec.StorageClassName is null) return $"the claim {request.Claim.Key} names no storage class in its spec, which a clone must";
        var (asked, least) = (request.Csi.CapacityRange.RequiredBytes, RequestedBytes(source));
        if (asked < least)
            return $"error, new PVC request must be greater than or equal in size to the specified PVC data source, requested {asked} but source is {least}";
        return string.IsNullOrEmpty(source.Spec.VolumeName) ? $"the source claim {source.Key} names no volume" : null;
    }

    /// <summary>What can be said of the volume of that claim.</summary>
    public static string? Problem(PersistentVolume volume, PersistentVolumeClaim source, RequestDraft request)
    {
        if (Mismatch(volume, source, request) is { } mismatch) return Invalid(mismatch);
        var (from, to) = (source.Spec.VolumeMode ?? FileSystem, request.Claim.Spec.VolumeMode ?? FileSystem);
        return from == to ? null : $"the source claim {source.Key}, of mode {from}, and the claim, of mode {to}, must have the same volume mode for cloning";
    }

    public static string Invalid(string detail) => $"claim in dataSource not bound or invalid: {detail}";

    private static string? Mismatch(PersistentVolume volume, PersistentVolumeClaim source, RequestDraft request)
    {
        if (volume.Spec.Csi is not { } csi) return $"its volume {volume.Name} is of no CSI driver";
        if (csi.Driver != request.SourceDriver) return $"its volume {volume.Name} is of driver {csi.Driver}, and StorageClass {request.Class.Name} of {request.SourceDriver}";
        if (volume.Spec.ClaimRef is not { } bound || bound.Uid != source.Uid || bound.Namespace != source.Metadata.Namespace || bound.Name != source.Name)
            return $"its volume {volume.Name} is bound to another claim, or to none";
        return volume.Status?.Phase is WellKnown.PhaseBound ? null : $"its volume {volume.Name} is {volume.Status?.Phase ?? "in no phase yet"}, not Bound";
    }

    // What was asked for counts, not what it has: a clone is as large as its source was meant to be.
    private static long RequestedBytes(PersistentVolumeClaim claim) =>
        claim.Spec.Resources?.Requests?[WellKnown.Storage] is { } text && Quantity.TryParse(text, out var quantity) ? quantity.Value : 0;
}
