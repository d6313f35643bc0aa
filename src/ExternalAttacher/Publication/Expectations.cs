using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Requests;

namespace Sidecars.ExternalAttacher.Publication;

/// <summary>A volume and a node by the names the driver lists them under.</summary>
internal readonly record struct Place(string Handle, string NodeId);

/// <summary>Says where the driver's list should show an attachment (attacher contract 10 step 3).</summary>
internal sealed class Expectations(DriverFacts driver, VolumeOrigins origins, NodeIds nodes)
{
    public string Finalizer => driver.Finalizer;

    public async ValueTask<(Place? Place, string? Problem)> Of(VolumeAttachment attachment, CancellationToken stop)
    {
        var (nodeId, _, error) = nodes.ToDetach(attachment);
        if (nodeId is null) return (null, error);
        (var origin, error) = await origins.Find(attachment, stop);
        if (origin is null) return (null, error);
        (var volume, error) = VolumeOrigins.Resolve(origin);
        if (volume is null) return (null, error);
        var handle = volume.Csi.VolumeHandle ?? "";
        if (volume.IsMigrated || origin.Inline is not null)
        {
            (var repaired, error) = HandleRepair.Repair(driver.Name, handle, nodeId);
            if (repaired is null) return (null, error);
            handle = repaired;
        }
        return (new Place(handle, nodeId), null);
    }
}
