using Sidecars.ExternalProvisioner.Requests;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalProvisioner.Shortfalls;

/// <summary>A kind that not every cluster serves, and what there is not without it.</summary>
internal sealed record NeededKind(string Group, IReadOnlyList<string> Versions, string Kind, Shortfall Without)
{
    /// <summary>Those that matter for what the driver can do and the flags ask for.</summary>
    public static IEnumerable<NeededKind> Of(DriverFacts driver, ProvisionerOptions options)
    {
        if (driver.TakesSnapshots)
        {
            yield return new(SourceKinds.SnapshotGroup, ["v1"], "VolumeSnapshot", new(
                "No volumes from snapshots", "the cluster does not serve VolumeSnapshots (snapshot.storage.k8s.io/v1); install the snapshot-controller and its definitions", IsMeant: true));
        }
        // Where nobody insists on classes of attributes, a cluster without them has no claim that names one, and is not asked.
        if (options.AttributesClasses is AttributesClassUse.Always && driver.Controller.Has(ControllerRpc.ModifyVolume))
        {
            yield return new("storage.k8s.io", ["v1", "v1beta1"], "VolumeAttributesClass", new(
                "No volumes of attributes classes", "the cluster does not serve VolumeAttributesClasses (storage.k8s.io/v1, v1beta1); it is too old, or they are switched off there;"
                + " else take --feature-gates=VolumeAttributesClass=true away", IsMeant: false));
        }
        if (options.Sources.CrossesNamespaces)
        {
            yield return new("gateway.networking.k8s.io", ["v1beta1"], "ReferenceGrant", new(
                "No volumes from sources of other namespaces", "the cluster does not serve ReferenceGrants (gateway.networking.k8s.io/v1beta1); install their definition,"
                + " or take --feature-gates=CrossNamespaceVolumeDataSource=true away", IsMeant: false));
        }
    }
}
