using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>A call to make the volume of an attachment reachable.</summary>
/// <param name="Request">The request, complete.</param>
/// <param name="IsMigrated">Whether it is measured as one of a translated volume.</param>
/// <param name="Undeliverable">Why it cannot be sent, where that is known already.</param>
/// <param name="FormerNodeId">What the node was called by an earlier call for the same attachment, where it has another name by now.</param>
internal sealed record PublishOrder(ControllerPublishVolumeRequest Request, bool IsMigrated, CsiError? Undeliverable, string? FormerNodeId = null)
{
    /// <summary>The call that takes back what this one, or one like it to a node of that name, may have done.</summary>
    public UnpublishOrder UndoAt(string nodeId)
    {
        var undo = new ControllerUnpublishVolumeRequest { VolumeId = Request.VolumeId, NodeId = nodeId };
        undo.Secrets.Add(Request.Secrets);
        return new UnpublishOrder(undo, IsMigrated, Undeliverable);
    }
}

/// <summary>A call to make it unreachable again.</summary>
/// <param name="Request">The request, complete.</param>
/// <param name="IsMigrated">Whether it is measured as one of a translated volume.</param>
/// <param name="Undeliverable">Why it cannot be sent, where that is known already.</param>
/// <param name="OtherNodeId">What the node is called by now, where that is not what the request calls it.</param>
internal sealed record UnpublishOrder(ControllerUnpublishVolumeRequest Request, bool IsMigrated, CsiError? Undeliverable, string? OtherNodeId = null);
