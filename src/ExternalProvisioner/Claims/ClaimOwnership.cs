using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>When a claim is ours to provision (provisioner contract 4.4). Pure functions of the claim and its class.</summary>
internal static class ClaimOwnership
{
    /// <summary>Name of the claim's class: the beta annotation, else the field, else none.</summary>
    public static string ClassOf(PersistentVolumeClaim claim) => claim.Annotation(WellKnown.BetaClassAnnotation) ?? claim.Spec.StorageClassName ?? "";

    /// <summary>Who is asked to provision the claim; an empty annotation is an answer too.</summary>
    public static string? ProvisionerOf(PersistentVolumeClaim claim) =>
        claim.Annotation(WellKnown.ProvisionerAnnotation) ?? claim.Annotation(WellKnown.BetaProvisionerAnnotation);

    /// <summary>The node the scheduler chose, or null.</summary>
    public static string? SelectedNodeOf(PersistentVolumeClaim claim) =>
        claim.Annotation(WellKnown.SelectedNodeAnnotation) ?? claim.Annotation(WellKnown.AlphaSelectedNodeAnnotation);

    /// <summary>Whether the claim still wants a volume and asks us for it.</summary>
    public static bool IsOurs(PersistentVolumeClaim claim, string driver) => string.IsNullOrEmpty(claim.Spec.VolumeName) && Asks(claim, driver);

    /// <summary>
    /// Whether the claim asks us: by our name, or by that of the built-in plugin we have taken over, where the cluster has noted that we have.
    /// </summary>
    public static bool Asks(PersistentVolumeClaim claim, string driver) => ProvisionerOf(claim) is { } asked
        && (asked == driver || (MigrationTargets.IsPluginOf(asked, driver) && claim.Annotation(WellKnown.MigratedToAnnotation) == driver));

    /// <summary>Whether we make the volumes of the class: it names us, or the built-in plugin we have taken over.</summary>
    public static bool Serves(StorageClass storageClass, string driver) =>
        storageClass.Provisioner == driver || MigrationTargets.IsPluginOf(storageClass.Provisioner, driver);

    /// <summary>Whether nothing has to be waited for: a delayed claim waits until the scheduler has chosen a node.</summary>
    public static bool IsDue(PersistentVolumeClaim claim, StorageClass storageClass) =>
        storageClass.VolumeBindingMode is not WellKnown.WaitForFirstConsumer || claim.Annotation(WellKnown.SelectedNodeAnnotation) is { Length: > 0 };
}
