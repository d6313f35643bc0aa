using Csi.V1;
using Grpc.Core;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.NodeSide;

/// <summary>NodeStageVolume and its opposite: the volume is made ready once on the node, before any pod gets it.</summary>
internal sealed class Staging(Backend backend)
{
    public void Stage(NodeStageVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        var path = Check.AbsolutePath(request.StagingTargetPath, "staging_target_path");
        if (request.VolumeCapability is null) throw Refuse.InvalidArgument("volume_capability is missing.");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
        var volume = Check.Volume(backend, id);
        var mode = CapabilityCheck.ForVolume(request.VolumeCapability, volume);
        var wanted = new Placement(path, id, IsStaging: true, IsReadOnly: false, (int)mode, StagingPath: "");
        var present = backend.Placements.Find(path);
        if (present is not null && present != wanted) throw Different(present, id);

        backend.Mounter.Stage(backend.Data.VolumePath(id), volume.IsBlock, path);
        if (present is null) backend.Placements.Add(wanted);
    }

    /// <summary>Fine when the volume is not staged there.</summary>
    public void Unstage(NodeUnstageVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        var path = Check.AbsolutePath(request.StagingTargetPath, "staging_target_path");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
        Check.Volume(backend, id);
        var stillPublished = backend.Placements.OfVolume(id).Find(placement => placement.StagingPath == path);
        if (stillPublished is not null)
            throw Refuse.FailedPrecondition($"Volume {id} is still published at {stillPublished.Path}; unpublish it there first.");

        var present = backend.Placements.Find(path);
        if (present is null) return;
        if (present.Volume != id) throw Refuse.InvalidArgument($"{path} belongs to volume {present.Volume}, not to {id}.");
        backend.Mounter.Unstage(backend.Data.VolumePath(id), path);
        backend.Placements.Remove(path);
    }

    private static RpcException Different(Placement present, string id) => Refuse.AlreadyExists(
        present.Volume == id
            ? $"Volume {id} is staged at {present.Path} already, with access mode {(Mode)present.Mode}."
            : $"{present.Path} is in use by volume {present.Volume}.");
}
