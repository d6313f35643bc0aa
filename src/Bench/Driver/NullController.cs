using Csi.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Rpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.Bench;

/// <summary>
/// Says yes to everything at once and remembers nothing. What it answers depends on the request alone, so that a call made again gets the same answer.
/// </summary>
internal sealed class NullController : Controller.ControllerBase
{
    private const long SnapshotBytes = 1L << 30;

    private static readonly Timestamp s_created = new() { Seconds = 1_767_225_600 }; // 2026-01-01

    public override Task<ControllerGetCapabilitiesResponse> ControllerGetCapabilities(ControllerGetCapabilitiesRequest request, ServerCallContext context)
    {
        var answer = new ControllerGetCapabilitiesResponse();
        foreach (var type in (ReadOnlySpan<Rpc>)[Rpc.CreateDeleteVolume, Rpc.PublishUnpublishVolume, Rpc.CreateDeleteSnapshot, Rpc.CloneVolume, Rpc.ExpandVolume])
            answer.Capabilities.Add(new ControllerServiceCapability { Rpc = new ControllerServiceCapability.Types.RPC { Type = type } });
        return Task.FromResult(answer);
    }

    public override Task<CreateVolumeResponse> CreateVolume(CreateVolumeRequest request, ServerCallContext context) => Task.FromResult(new CreateVolumeResponse
    {
        Volume = new Volume { VolumeId = $"v-{request.Name}", CapacityBytes = request.CapacityRange?.RequiredBytes ?? 0 },
    });

    public override Task<DeleteVolumeResponse> DeleteVolume(DeleteVolumeRequest request, ServerCallContext context) => Task.FromResult(new DeleteVolumeResponse());

    public override Task<ControllerPublishVolumeResponse> ControllerPublishVolume(ControllerPublishVolumeRequest request, ServerCallContext context) =>
        Task.FromResult(new ControllerPublishVolumeResponse());

    public override Task<ControllerUnpublishVolumeResponse> ControllerUnpublishVolume(ControllerUnpublishVolumeRequest request, ServerCallContext context) =>
        Task.FromResult(new ControllerUnpublishVolumeResponse());

    public override Task<CreateSnapshotResponse> CreateSnapshot(CreateSnapshotRequest request, ServerCallContext context) => Task.FromResult(new CreateSnapshotResponse
    {
        Snapshot = new Snapshot
        {
            SnapshotId = $"s-{request.Name}", SourceVolumeId = request.SourceVolumeId, SizeBytes = SnapshotBytes, ReadyToUse = true, CreationTime = s_created,
        },
    });

    public override Task<DeleteSnapshotResponse> DeleteSnapshot(DeleteSnapshotRequest request, ServerCallContext context) => Task.FromResult(new DeleteSnapshotResponse());

    public override Task<ControllerExpandVolumeResponse> ControllerExpandVolume(ControllerExpandVolumeRequest request, ServerCallContext context) =>
        Task.FromResult(new ControllerExpandVolumeResponse { CapacityBytes = request.CapacityRange.RequiredBytes, NodeExpansionRequired = false });
}
