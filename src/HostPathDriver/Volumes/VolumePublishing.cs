using Csi.V1;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>
/// ControllerPublishVolume and its opposite: the record of which node has which volume. Nothing moves, since there is one machine; but
/// every rule of the protocol about nodes, modes and limits holds, and the record survives restarts.
/// </summary>
internal sealed class VolumePublishing(Backend backend)
{
    public ControllerPublishVolumeResponse Publish(ControllerPublishVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        var node = Check.Required(request.NodeId, "node_id");
        if (request.VolumeCapability is null) throw Refuse.InvalidArgument("volume_capability is missing.");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
        var volume = Check.Volume(backend, id);
        var mode = CapabilityCheck.ForVolume(request.VolumeCapability, volume);
        if (!backend.Options.Nodes.Contains(node))
            throw Refuse.NotFound($"Node {node} does not exist; this driver has {string.Join(", ", backend.Options.Nodes)}.");
        Check.LiesOn(volume, node);

        var publications = backend.Publications.OfVolume(id);
        var wanted = new Publication(id, node, request.Readonly, (int)mode);
        if (publications.Find(publication => publication.Node == node) is { } present)
        {
            RequireSame(present, wanted);
        }
        else
        {
            RequireNotElsewhere(publications, mode);
            RequireFreeSlot(node);
            backend.Publications.Add(wanted);
        }

        return new ControllerPublishVolumeResponse { PublishContext = { ["readonly"] = request.Readonly ? "true" : "false" } };
    }

    /// <summary>Takes the volume from the node, or from all nodes when none is named; fine when it is not there, or is gone.</summary>
    public void Unpublish(ControllerUnpublishVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
        backend.Publications.Remove(id, request.NodeId);
    }

    private static void RequireSame(Publication present, Publication wanted)
    {
        if (present == wanted) return;
        throw Refuse.AlreadyExists(
            $"Volume {present.Volume} is published to node {present.Node} already, "
            + $"with access mode {(Mode)present.Mode} and readonly={present.IsReadOnly}; the call asks for "
            + $"{(Mode)wanted.Mode} and readonly={wanted.IsReadOnly}.");
    }

    // Another node can only be one this driver had before it was restarted without it.
    private static void RequireNotElsewhere(List<Publication> publications, Mode mode)
    {
        var blocking = publications.Find(publication =>
            !CapabilityCheck.IsMultiNode(mode) || !CapabilityCheck.IsMultiNode((Mode)publication.Mode));
        if (blocking is null) return;
        throw Refuse.FailedPrecondition(
            $"Volume {blocking.Volume} is published to node {blocking.Node} and its access mode allows one node; unpublish it there first.");
    }

    private void RequireFreeSlot(string node)
    {
        var limit = backend.Options.MaxVolumesPerNode;
        if (limit == 0 || backend.Publications.OnNode(node).Count < limit) return;
        throw Refuse.ResourceExhausted($"Node {node} has {limit} volumes, as many as it may have; unpublish one first.");
    }
}
