namespace Sidecars.ExternalProvisioner;

/// <summary>Names that other programs of a cluster know; they must match to the letter (provisioner contract 4 to 8).</summary>
internal static class WellKnown
{
    public const string ProvisionerAnnotation = "volume.kubernetes.io/storage-provisioner";
    public const string BetaProvisionerAnnotation = "volume.beta.kubernetes.io/storage-provisioner";
    public const string BetaClassAnnotation = "volume.beta.kubernetes.io/storage-class";
    public const string SelectedNodeAnnotation = "volume.kubernetes.io/selected-node";
    public const string AlphaSelectedNodeAnnotation = "volume.alpha.kubernetes.io/selected-node";
    public const string ProvisionedByAnnotation = "pv.kubernetes.io/provisioned-by";
    public const string MigratedToAnnotation = "pv.kubernetes.io/migrated-to";
    public const string DeletionSecretNameAnnotation = "volume.kubernetes.io/provisioner-deletion-secret-name";
    public const string DeletionSecretNamespaceAnnotation = "volume.kubernetes.io/provisioner-deletion-secret-namespace";
    public const string ModifySecretNameAnnotation = "volume.kubernetes.io/controller-modify-secret-name";
    public const string ModifySecretNamespaceAnnotation = "volume.kubernetes.io/controller-modify-secret-namespace";
    public const string VolumeFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";
    public const string IdentityAttribute = "storage.kubernetes.io/csiProvisionerIdentity";

    public const string Storage = "storage";
    public const string Block = "Block";
    public const string Immediate = "Immediate";
    public const string WaitForFirstConsumer = "WaitForFirstConsumer";
    public const string PhasePending = "Pending";
    public const string PhaseBound = "Bound";
    public const string PhaseReleased = "Released";
    public const string PhaseFailed = "Failed";
    public const string ReclaimDelete = "Delete";
}
