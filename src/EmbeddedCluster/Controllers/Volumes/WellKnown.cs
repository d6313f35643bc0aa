namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The annotations, finalizers and labels by which the volume controllers of a cluster and its sidecars talk to each other.</summary>
internal static class WellKnown
{
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";
    public const string BoundByController = "pv.kubernetes.io/bound-by-controller";
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";
    public const string StorageProvisioner = "volume.kubernetes.io/storage-provisioner";
    public const string BetaStorageProvisioner = "volume.beta.kubernetes.io/storage-provisioner";
    public const string BetaStorageClass = "volume.beta.kubernetes.io/storage-class";
    public const string SelectedNode = "volume.kubernetes.io/selected-node";
    public const string ClaimProtection = "kubernetes.io/pvc-protection";
    public const string VolumeProtection = "kubernetes.io/pv-protection";
    public const string InTreePrefix = "kubernetes.io/";
    public const string HostnameLabel = "kubernetes.io/hostname";
}
