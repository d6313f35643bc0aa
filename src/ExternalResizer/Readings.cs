using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer;

/// <summary>
/// What the resizer reads of the cluster: claims that are bound, as far as size and attributes go, and the volumes of its driver. Of a claim it cannot
/// be told by the claim alone whose it is, so others' are kept too; they are small.
/// </summary>
internal sealed class Readings(DriverFacts driver)
{
    private static readonly HashSet<string> s_claimAnnotations = [WellKnown.ResizerAnnotation, WellKnown.NodeExpansionNotRequired];
    private static readonly HashSet<string> s_volumeAnnotations = [WellKnown.PreResizeCapacity, WellKnown.ModifySecretName, WellKnown.ModifySecretNamespace];

    public static bool IsBound(PersistentVolumeClaim claim) => claim.Status?.Phase is WellKnown.Bound && !string.IsNullOrEmpty(claim.Spec.VolumeName);

    /// <summary>Whether the volume may be ours: of the driver, or of a plugin it took over.</summary>
    public bool MayBeOurs(PersistentVolume volume) => volume.Spec.Csi?.Driver == driver.Name || (driver.IsMigrationTarget && volume.Spec.IsMigratable);

    public static void Claim(PersistentVolumeClaim read, PersistentVolumeClaim kept)
    {
        if (!IsBound(read)) return;
        kept.TakeIdentity(read);
        kept.TakeAnnotations(read, s_claimAnnotations);
        var (from, to) = (read.Spec, kept.Spec);
        to.VolumeName = from.VolumeName;
        to.Resources = Sizes.KeptRequests(from.Resources);
        to.VolumeAttributesClassName = from.VolumeAttributesClassName;
        var (status, keptStatus) = (read.Status!, kept.StatusToFill());
        keptStatus.Phase = status.Phase;
        keptStatus.Capacity = Sizes.Kept(status.Capacity);
        keptStatus.AllocatedResources = Sizes.Kept(status.AllocatedResources);
        keptStatus.AllocatedResourceStatuses = Sizes.Kept(status.AllocatedResourceStatuses);
        keptStatus.Conditions = status.Conditions is { Length: > 0 } conditions ? Kept(conditions) : null;
        (keptStatus.CurrentVolumeAttributesClassName, keptStatus.ModifyVolumeStatus) = (status.CurrentVolumeAttributesClassName, status.ModifyVolumeStatus);
    }

    public void Volume(PersistentVolume read, PersistentVolume kept)
    {
        if (!MayBeOurs(read)) return;
        kept.TakeIdentity(read);
        kept.TakeAnnotations(read, s_volumeAnnotations);
        var (from, to) = (read.Spec, kept.SpecToFill());
        to.Capacity = Sizes.Kept(from.Capacity);
        (to.AccessModes, to.MountOptions, to.VolumeMode, to.VolumeAttributesClassName) =
            (from.AccessModes, from.MountOptions, from.VolumeMode, from.VolumeAttributesClassName);
        if (from.ClaimRef is { } claim)
        {
            to.ClaimRef ??= new ObjectReference();
            (to.ClaimRef.Namespace, to.ClaimRef.Name, to.ClaimRef.Uid) = (claim.Namespace, claim.Name, claim.Uid);
        }
        if (from.Csi is { } csi)
        {
            to.Csi ??= new CsiVolumeSource();
            (to.Csi.Driver, to.Csi.VolumeHandle, to.Csi.FsType, to.Csi.ControllerExpandSecretRef) =
                (csi.Driver, csi.VolumeHandle, csi.FsType, csi.ControllerExpandSecretRef);
        }
        if (!from.IsMigratable) return;
        kept.TakeAnnotations(read, MigrationMarks.Annotations);
        kept.TakeLabels(read, MigrationMarks.Labels);
        to.TakeInTreeSource(from);
    }

    /// <summary>Which claims a pod keeps in use: those it names, and those that are made with it.</summary>
    public static void Pod(Pod read, Pod kept)
    {
        kept.TakeIdentity(read);
        kept.Claims = [.. ClaimsOf(read)];
    }

    /// <summary>Whether the pod keeps any claim in use. One that is over does not, one that waits for its node does.</summary>
    public static bool UsesClaims(Pod pod) => pod.Status?.Phase is not ("Succeeded" or "Failed") && ClaimsOf(pod).Any();

    private static IEnumerable<string> ClaimsOf(Pod pod)
    {
        foreach (var volume in pod.Spec?.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim?.ClaimName is { Length: > 0 } named) yield return named;
            else if (volume.Ephemeral is not null) yield return $"{pod.Name}-{volume.Name}";
        }
    }

    /// <summary>Of conditions that are somebody else's it matters that they are there, and where: patches keep the order.</summary>
    private static ClaimCondition[] Kept(ClaimCondition[] conditions) => Array.ConvertAll(conditions, c =>
        c.Type is null || WellKnown.ResizeConditions.Contains(c.Type) || WellKnown.ModifyConditions.Contains(c.Type) ? c : new ClaimCondition { Type = c.Type });
}
