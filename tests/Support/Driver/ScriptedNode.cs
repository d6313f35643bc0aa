using Csi.V1;
using Grpc.Core;

namespace Sidecars.Tests.Support;

/// <summary>Every method of the service asks the script.</summary>
internal sealed class ScriptedNode(ScriptedDriver driver) : Node.NodeBase
{
    public override Task<NodeStageVolumeResponse> NodeStageVolume(NodeStageVolumeRequest request, ServerCallContext context) =>
        driver.Handle<NodeStageVolumeResponse>(nameof(NodeStageVolume), request, context);

    public override Task<NodeUnstageVolumeResponse> NodeUnstageVolume(NodeUnstageVolumeRequest request, ServerCallContext context) =>
        driver.Handle<NodeUnstageVolumeResponse>(nameof(NodeUnstageVolume), request, context);

    public override Task<NodePublishVolumeResponse> NodePublishVolume(NodePublishVolumeRequest request, ServerCallContext context) =>
        driver.Handle<NodePublishVolumeResponse>(nameof(NodePublishVolume), request, context);

    public override Task<NodeUnpublishVolumeResponse> NodeUnpublishVolume(NodeUnpublishVolumeRequest request, ServerCallContext context) =>
        driver.Handle<NodeUnpublishVolumeResponse>(nameof(NodeUnpublishVolume), request, context);

    public override Task<NodeGetVolumeStatsResponse> NodeGetVolumeStats(NodeGetVolumeStatsRequest request, ServerCallContext context) =>
        driver.Handle<NodeGetVolumeStatsResponse>(nameof(NodeGetVolumeStats), request, context);

    public override Task<NodeExpandVolumeResponse> NodeExpandVolume(NodeExpandVolumeRequest request, ServerCallContext context) =>
        driver.Handle<NodeExpandVolumeResponse>(nameof(NodeExpandVolume), request, context);

    public override Task<NodeGetCapabilitiesResponse> NodeGetCapabilities(NodeGetCapabilitiesRequest request, ServerCallContext context) =>
        driver.Handle<NodeGetCapabilitiesResponse>(nameof(NodeGetCapabilities), request, context);

    public override Task<NodeGetInfoResponse> NodeGetInfo(NodeGetInfoRequest request, ServerCallContext context) =>
        driver.Handle<NodeGetInfoResponse>(nameof(NodeGetInfo), request, context);
}
