using Csi.V1;
using Grpc.Core;

namespace Sidecars.Tests.Support;

/// <summary>Every method of the service asks the script.</summary>
internal sealed class ScriptedGroupController(ScriptedDriver driver) : GroupController.GroupControllerBase
{
    public override Task<GroupControllerGetCapabilitiesResponse> GroupControllerGetCapabilities(GroupControllerGetCapabilitiesRequest request, ServerCallContext context) =>
        driver.Handle<GroupControllerGetCapabilitiesResponse>(nameof(GroupControllerGetCapabilities), request, context);

    public override Task<CreateVolumeGroupSnapshotResponse> CreateVolumeGroupSnapshot(CreateVolumeGroupSnapshotRequest request, ServerCallContext context) =>
        driver.Handle<CreateVolumeGroupSnapshotResponse>(nameof(CreateVolumeGroupSnapshot), request, context);

    public override Task<DeleteVolumeGroupSnapshotResponse> DeleteVolumeGroupSnapshot(DeleteVolumeGroupSnapshotRequest request, ServerCallContext context) =>
        driver.Handle<DeleteVolumeGroupSnapshotResponse>(nameof(DeleteVolumeGroupSnapshot), request, context);

    public override Task<GetVolumeGroupSnapshotResponse> GetVolumeGroupSnapshot(GetVolumeGroupSnapshotRequest request, ServerCallContext context) =>
        driver.Handle<GetVolumeGroupSnapshotResponse>(nameof(GetVolumeGroupSnapshot), request, context);
}
