using Csi.V1;
using Grpc.Core;
using Sidecars.HostPathDriver.NodeSide;
using Sidecars.HostPathDriver.Volumes;
using Capability = Csi.V1.NodeServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>The Node service: hands each call to the part of the driver that knows how.</summary>
internal sealed class NodeRpc(Backend backend) : Node.NodeBase
{
    private static readonly Capability[] Offered =
    [
        Capability.StageUnstageVolume, Capability.GetVolumeStats, Capability.ExpandVolume, Capability.VolumeCondition,
        Capability.SingleNodeMultiWriter,
    ];

    private readonly Staging _staging = new(backend);
    private readonly NodePublishing _publishing = new(backend);
    private readonly NodeVolumes _volumes = new(backend);

    public override Task<NodeStageVolumeResponse> NodeStageVolume(NodeStageVolumeRequest request, ServerCallContext context)
    {
        RequireHere(request.VolumeId, context);
        _staging.Stage(request);
        return Task.FromResult(new NodeStageVolumeResponse());
    }

    public override Task<NodeUnstageVolumeResponse> NodeUnstageVolume(NodeUnstageVolumeRequest request, ServerCallContext context)
    {
        _staging.Unstage(request);
        return Task.FromResult(new NodeUnstageVolumeResponse());
    }

    public override Task<NodePublishVolumeResponse> NodePublishVolume(NodePublishVolumeRequest request, ServerCallContext context)
    {
        RequireHere(request.VolumeId, context);
        _publishing.Publish(request);
        return Task.FromResult(new NodePublishVolumeResponse());
    }

    public override Task<NodeUnpublishVolumeResponse> NodeUnpublishVolume(
        NodeUnpublishVolumeRequest request, ServerCallContext context)
    {
        _publishing.Unpublish(request);
        return Task.FromResult(new NodeUnpublishVolumeResponse());
    }

    public override Task<NodeGetVolumeStatsResponse> NodeGetVolumeStats(
        NodeGetVolumeStatsRequest request, ServerCallContext context) => Task.FromResult(_volumes.Stats(request));

    public override Task<NodeExpandVolumeResponse> NodeExpandVolume(NodeExpandVolumeRequest request, ServerCallContext context) =>
        Task.FromResult(_volumes.Expand(request));

    public override Task<NodeGetCapabilitiesResponse> NodeGetCapabilities(
        NodeGetCapabilitiesRequest request, ServerCallContext context)
    {
        var response = new NodeGetCapabilitiesResponse();
        response.Capabilities.Add(Offered.Select(type => new NodeServiceCapability { Rpc = new() { Type = type } }));
        return Task.FromResult(response);
    }

    public override Task<NodeGetInfoResponse> NodeGetInfo(NodeGetInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new NodeGetInfoResponse
        {
            NodeId = ServedNode.Of(context),
            MaxVolumesPerNode = backend.Options.MaxVolumesPerNode,
            AccessibleTopology = VolumeMessages.TopologyOf(ServedNode.Of(context), backend.Options),
        });

    // What is wrong with a volume that is none is said by the call itself.
    private void RequireHere(string volumeId, ServerCallContext context)
    {
        if (backend.Volumes.Find(volumeId) is { } volume) Check.LiesOn(volume, ServedNode.Of(context));
    }
}
