using Csi.V1;
using Grpc.Core;
using Sidecars.HostPathDriver.Snapshots;
using Sidecars.HostPathDriver.Volumes;
using Capability = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>The Controller service: hands each call to the part of the driver that knows how.</summary>
internal sealed class ControllerRpc(Backend backend) : Controller.ControllerBase
{
    private static readonly Capability[] Offered =
    [
        Capability.CreateDeleteVolume, Capability.PublishUnpublishVolume, Capability.ListVolumes, Capability.GetCapacity,
        Capability.CreateDeleteSnapshot, Capability.ListSnapshots, Capability.CloneVolume, Capability.PublishReadonly,
        Capability.ExpandVolume, Capability.ListVolumesPublishedNodes, Capability.VolumeCondition, Capability.GetVolume,
        Capability.SingleNodeMultiWriter, Capability.ModifyVolume, Capability.GetSnapshot,
    ];

    private readonly VolumeCreation _creation = new(backend);
    private readonly VolumeChanges _changes = new(backend);
    private readonly VolumePublishing _publishing = new(backend);
    private readonly VolumeQueries _queries = new(backend);
    private readonly Snapshotting _snapshots = new(backend);

    public override async Task<CreateVolumeResponse> CreateVolume(CreateVolumeRequest request, ServerCallContext context) =>
        new() { Volume = await _creation.Create(request, context.CancellationToken) };

    public override Task<DeleteVolumeResponse> DeleteVolume(DeleteVolumeRequest request, ServerCallContext context)
    {
        _changes.Delete(request);
        return Task.FromResult(new DeleteVolumeResponse());
    }

    public override Task<ControllerPublishVolumeResponse> ControllerPublishVolume(
        ControllerPublishVolumeRequest request, ServerCallContext context) => Task.FromResult(_publishing.Publish(request));

    public override Task<ControllerUnpublishVolumeResponse> ControllerUnpublishVolume(
        ControllerUnpublishVolumeRequest request, ServerCallContext context)
    {
        _publishing.Unpublish(request);
        return Task.FromResult(new ControllerUnpublishVolumeResponse());
    }

    public override Task<ValidateVolumeCapabilitiesResponse> ValidateVolumeCapabilities(
        ValidateVolumeCapabilitiesRequest request, ServerCallContext context) => Task.FromResult(_queries.Validate(request));

    public override Task<ListVolumesResponse> ListVolumes(ListVolumesRequest request, ServerCallContext context) =>
        Task.FromResult(_queries.List(request));

    public override Task<GetCapacityResponse> GetCapacity(GetCapacityRequest request, ServerCallContext context) =>
        Task.FromResult(_queries.Capacity(request));

    public override Task<ControllerGetCapabilitiesResponse> ControllerGetCapabilities(
        ControllerGetCapabilitiesRequest request, ServerCallContext context)
    {
        var response = new ControllerGetCapabilitiesResponse();
        response.Capabilities.Add(Offered.Select(type => new ControllerServiceCapability { Rpc = new() { Type = type } }));
        return Task.FromResult(response);
    }

    public override async Task<CreateSnapshotResponse> CreateSnapshot(CreateSnapshotRequest request, ServerCallContext context) =>
        new() { Snapshot = await _snapshots.Create(request, context.CancellationToken) };

    public override Task<DeleteSnapshotResponse> DeleteSnapshot(DeleteSnapshotRequest request, ServerCallContext context)
    {
        _snapshots.Delete(request);
        return Task.FromResult(new DeleteSnapshotResponse());
    }

    public override Task<ListSnapshotsResponse> ListSnapshots(ListSnapshotsRequest request, ServerCallContext context) =>
        Task.FromResult(_snapshots.List(request));

    public override Task<GetSnapshotResponse> GetSnapshot(GetSnapshotRequest request, ServerCallContext context) =>
        Task.FromResult(new GetSnapshotResponse { Snapshot = _snapshots.Get(request) });

    public override Task<ControllerExpandVolumeResponse> ControllerExpandVolume(
        ControllerExpandVolumeRequest request, ServerCallContext context) => Task.FromResult(_changes.Expand(request));

    public override Task<ControllerGetVolumeResponse> ControllerGetVolume(
        ControllerGetVolumeRequest request, ServerCallContext context) => Task.FromResult(_queries.Get(request));

    public override Task<ControllerModifyVolumeResponse> ControllerModifyVolume(
        ControllerModifyVolumeRequest request, ServerCallContext context)
    {
        _changes.Modify(request);
        return Task.FromResult(new ControllerModifyVolumeResponse());
    }
}
