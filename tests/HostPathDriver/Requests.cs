using Csi.V1;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.Tests;

/// <summary>Well-formed requests for a test to send as they are, or to spoil in one place.</summary>
internal static class Requests
{
    public static VolumeCapability Mount(Mode mode = Mode.SingleNodeWriter) => new() { Mount = new(), AccessMode = new() { Mode = mode } };

    public static VolumeCapability Block(Mode mode = Mode.SingleNodeWriter) => new() { Block = new(), AccessMode = new() { Mode = mode } };

    public static CreateVolumeRequest CreateVolume(string name, Action<CreateVolumeRequest>? change = null)
    {
        var request = new CreateVolumeRequest
        {
            Name = name,
            CapacityRange = new() { RequiredBytes = RunningDriver.Gi },
            VolumeCapabilities = { Mount() },
        };
        change?.Invoke(request);
        return request;
    }

    public static ControllerPublishVolumeRequest ControllerPublish(string volume, Action<ControllerPublishVolumeRequest>? change = null)
    {
        var request = new ControllerPublishVolumeRequest { VolumeId = volume, NodeId = "node-1", VolumeCapability = Mount() };
        change?.Invoke(request);
        return request;
    }

    public static NodeStageVolumeRequest Stage(string volume, string staging, VolumeCapability? capability = null) =>
        new() { VolumeId = volume, StagingTargetPath = staging, VolumeCapability = capability ?? Mount() };

    public static NodePublishVolumeRequest Publish(string volume, string staging, string target, VolumeCapability? capability = null) =>
        new() { VolumeId = volume, StagingTargetPath = staging, TargetPath = target, VolumeCapability = capability ?? Mount() };
}
