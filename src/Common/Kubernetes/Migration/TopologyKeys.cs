namespace Sidecars.Kubernetes.Migration;

/// <summary>What zones and regions are called: by the drivers that took over a built-in plugin, and by the cluster (provisioner contract 11).</summary>
internal static class TopologyKeys
{
    public const string EbsZone = "topology.ebs.csi.aws.com/zone";
    public const string GceZone = "topology.gke.io/zone";
    public const string CinderZone = "topology.cinder.csi.openstack.org/zone";
    public const string AzureDiskZone = "topology.disk.csi.azure.com/zone";
    public const string VsphereZone = "topology.csi.vmware.com/zone";
    public const string VsphereRegion = "topology.csi.vmware.com/region";

    public const string Region = "topology.kubernetes.io/region";
    public const string BetaRegion = "failure-domain.beta.kubernetes.io/region";
}
