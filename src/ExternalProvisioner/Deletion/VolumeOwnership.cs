using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>When a volume is ours, and when it is to be deleted (provisioner contract 8.1 to 8.3). Pure functions.</summary>
internal static class VolumeOwnership
{
    public static bool IsOurs(PersistentVolume volume, string driver)
    {
        var provisioner = volume.Annotation(WellKnown.ProvisionedByAnnotation);
        if (provisioner is null && volume.Spec.Csi is { } csi) return csi.Driver == driver;
        return Names(provisioner, driver) || Names(volume.Annotation(WellKnown.MigratedToAnnotation), driver);
    }

    /// <summary>A bound volume that will once be deleted by us must not vanish from the API before that.</summary>
    public static bool NeedsFinalizer(PersistentVolume volume) =>
        Reclaims(volume) && !volume.IsBeingDeleted && volume.Status?.Phase is WellKnown.PhaseBound && !volume.HasFinalizer(WellKnown.VolumeFinalizer);

    /// <summary>A volume that is kept needs nothing from us, and nothing may hold it.</summary>
    public static bool ShedsFinalizer(PersistentVolume volume) =>
        volume.Spec.PersistentVolumeReclaimPolicy is "Retain" or "Recycle" && volume.HasFinalizer(WellKnown.VolumeFinalizer);

    /// <summary>
    /// Whether nobody claims it any more. The cluster calls a released volume that was made by hand failed, because it knows nobody to
    /// reclaim it; where a user then deletes the object, our finalizer holds it, and the volume goes as its policy says.
    /// </summary>
    public static bool IsToBeDeleted(PersistentVolume volume) =>
        Reclaims(volume)
        && (volume.Status?.Phase is WellKnown.PhaseReleased || (volume.Status?.Phase is WellKnown.PhaseFailed && volume.IsBeingDeleted))
        && !(volume.IsBeingDeleted && !volume.HasFinalizer(WellKnown.VolumeFinalizer));

    /// <summary>Whether it is our name, or that of the built-in plugin we have taken over.</summary>
    private static bool Names(string? name, string driver) => name == driver || MigrationTargets.IsPluginOf(name, driver);

    private static bool Reclaims(PersistentVolume volume) => volume.Spec.PersistentVolumeReclaimPolicy is WellKnown.ReclaimDelete;
}
