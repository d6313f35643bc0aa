using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>A call to make the volume of an attachment reachable.</summary>
/// <param name="Request">The request, complete.</param>
/// <param name="IsMigrated">Whether it is measured as one of a translated volume.</param>
/// <param name="Undeliverable">Why it cannot be sent, where that is known already.</param>
internal sealed record PublishOrder(ControllerPublishVolumeRequest Request, bool IsMigrated, CsiError? Undeliverable);

/// <summary>A call to make it unreachable again.</summary>
/// <param name="Request">The request, complete.</param>
/// <param name="IsMigrated">Whether it is measured as one of a translated volume.</param>
/// <param name="Undeliverable">Why it cannot be sent, where that is known already.</param>
/// <param name="OtherNodeId">What the node is called by now, where that is not what the request calls it.</param>
internal sealed record UnpublishOrder(ControllerUnpublishVolumeRequest Request, bool IsMigrated, CsiError? Undeliverable, string? OtherNodeId = null);
