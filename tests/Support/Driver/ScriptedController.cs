using Csi.V1;
using Grpc.Core;

namespace Sidecars.Tests.Support;

/// <summary>Every method of the service asks the script.</summary>
internal sealed class ScriptedController(ScriptedDriver driver) : Controller.ControllerBase
{
    public override Task<CreateVolumeResponse> CreateVolume(CreateVolumeRequest request, ServerCallContext context) =>
        driver.Handle<CreateVolumeResponse>(nameof(CreateVolume), request, context);

    public override Task<DeleteVolumeResponse> DeleteVolume(DeleteVolumeRequest request, ServerCallContext context) =>
        driver.Handle<DeleteVolumeResponse>(nameof(DeleteVolume), request, context);

    public override Task<ControllerPublishVolumeResponse> ControllerPublishVolume(ControllerPublishVolumeRequest request, ServerCallContext context) =>
        driver.Handle<ControllerPublishVolumeResponse>(nameof(ControllerPublishVolume), request, context);

    public override Task<ControllerUnpublishVolumeResponse> ControllerUnpublishVolume(ControllerUnpublishVolumeRequest request, ServerCallContext context) =>
        driver.Handle<ControllerUnpublishVolumeResponse>(nameof(ControllerUnpublishVolume), request, context);

    public override Task<ValidateVolumeCapabilitiesResponse> ValidateVolumeCapabilities(ValidateVolumeCapabilitiesRequest request, ServerCallContext context) =>
        driver.Handle<ValidateVolumeCapabilitiesResponse>(nameof(ValidateVolumeCapabilities), request, context);

    public override Task<ListVolumesResponse> ListVolumes(ListVolumesRequest request, ServerCallContext context) =>
        driver.Handle<ListVolumesResponse>(nameof(ListVolumes), request, context);

    public override Task<GetCapacityResponse> GetCapacity(GetCapacityRequest request, ServerCallContext context) =>
        driver.Handle<GetCapacityResponse>(nameof(GetCapacity), request, context);

    public override Task<ControllerGetCapabilitiesResponse> ControllerGetCapabilities(ControllerGetCapabilitiesRequest request, ServerCallContext context) =>
        driver.Handle<ControllerGetCapabilitiesResponse>(nameof(ControllerGetCapabilities), request, context);

    public override Task<CreateSnapshotResponse> CreateSnapshot(CreateSnapshotRequest request, ServerCallContext context) =>
        driver.Handle<CreateSnapshotResponse>(nameof(CreateSnapshot), request, context);

    public override Task<DeleteSnapshotResponse> DeleteSnapshot(DeleteSnapshotRequest request, ServerCallContext context) =>
        driver.Handle<DeleteSnapshotResponse>(nameof(DeleteSnapshot), request, context);

    public override Task<ListSnapshotsResponse> ListSnapshots(ListSnapshotsRequest request, ServerCallContext context) =>
        driver.Handle<ListSnapshotsResponse>(nameof(ListSnapshots), request, context);

    public override Task<GetSnapshotResponse> GetSnapshot(GetSnapshotRequest request, ServerCallContext context) =>
        driver.Handle<GetSnapshotResponse>(nameof(GetSnapshot), request, context);

    public override Task<ControllerExpandVolumeResponse> ControllerExpandVolume(ControllerExpandVolumeRequest request, ServerCallContext context) =>
        driver.Handle<ControllerExpandVolumeResponse>(nameof(ControllerExpandVolume), request, context);

    public override Task<ControllerGetVolumeResponse> ControllerGetVolume(ControllerGetVolumeRequest request, ServerCallContext context) =>
        driver.Handle<ControllerGetVolumeResponse>(nameof(ControllerGetVolume), request, context);

    public override Task<ControllerModifyVolumeResponse> ControllerModifyVolume(ControllerModifyVolumeRequest request, ServerCallContext context) =>
        driver.Handle<ControllerModifyVolumeResponse>(nameof(ControllerModifyVolume), request, context);
}
