using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Rights;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalProvisioner;

/// <summary>What csi-provisioner needs to be allowed, by what the driver can do and the flags ask for (charts contract 3.1).</summary>
internal static class ProvisionerRights
{
    private const string Storage = "storage.k8s.io";
    private const string Snapshots = "snapshot.storage.k8s.io";
    private const string Volumes = "provisioning of volumes";

    public static IEnumerable<RequiredRight> Of(ProvisionerOptions options, ConnectedDriver driver)
    {
        yield return new(Volumes, "", "persistentvolumes", [.. RequiredRight.Reading, "create", "patch", "delete"]);
        yield return new(Volumes, "", "persistentvolumeclaims", RequiredRight.Reading);
        yield return new(Volumes, Storage, "storageclasses", RequiredRight.Reading);
        yield return SharedRights.Events;
        var isTopological = options.UsesTopology && driver.Plugin.HasTopology;
        var isOfNode = options.Nodes.Node is not null;
        if (driver.Controller.Has(ControllerRpc.CloneVolume) || isTopological || isOfNode || options.NotesIntents)
            yield return new("protection of the sources of clones, choice of another node, or note on a claim", "", "persistentvolumeclaims", "update");
        if (driver.Controller.Has(ControllerRpc.PublishUnpublishVolume))
            yield return new("deletion of volumes that were attached", Storage, "volumeattachments", RequiredRight.Reading);
        if ((isTopological || options.Capacity.IsEnabled) && !isOfNode)
        {
            yield return new("topology", Storage, "csinodes", RequiredRight.Reading);
            yield return new("topology", "", "nodes", RequiredRight.Reading);
        }
        if (options.AttributesClasses is not AttributesClassUse.Never && driver.Controller.Has(ControllerRpc.ModifyVolume))
            yield return new("volumes of attributes classes", Storage, "volumeattributesclasses", "get");
        if (options.Sources.CrossesNamespaces)
            yield return new("volumes from sources of other namespaces", "gateway.networking.k8s.io", "referencegrants", "list");
        foreach (var right in OfSnapshots(options, driver).Concat(OfCapacity(options))) yield return right;
    }

    private static IEnumerable<RequiredRight> OfSnapshots(ProvisionerOptions options, ConnectedDriver driver)
    {
        const string feature = "volumes from snapshots";
        if (!driver.Controller.Has(ControllerRpc.CreateDeleteSnapshot)) yield break;
        yield return new(feature, Snapshots, "volumesnapshots", "get", "update");
        yield return new(feature, Snapshots, "volumesnapshotcontents", "get");
        if (options.SnapshotSweepInterval > TimeSpan.Zero)
            yield return new("sweep for protection that was left on snapshots", Snapshots, "volumesnapshots", "list");
    }

    private static IEnumerable<RequiredRight> OfCapacity(ProvisionerOptions options)
    {
        const string feature = "publishing of capacity";
        var (capacity, ns) = (options.Capacity, options.Capacity.Namespace);
        if (!capacity.IsEnabled) yield break;
        yield return new(feature, Storage, "csistoragecapacities", [.. RequiredRight.Watching, "create", "update", "delete"]) { Namespace = ns };
        if (capacity.OwnerLevel >= 0) yield return new(feature, "", "pods", "get") { Namespace = ns };
        if (capacity.OwnerLevel > 1) yield return new(feature, "apps", "replicasets", "get") { Namespace = ns };
    }
}
