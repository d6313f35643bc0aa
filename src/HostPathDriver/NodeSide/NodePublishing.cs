using Csi.V1;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;
using Sidecars.HostPathDriver.Storage;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.NodeSide;

/// <summary>NodePublishVolume and its opposite: the staged volume appears at a pod's path.</summary>
internal sealed class NodePublishing(Backend backend)
{
    public void Publish(NodePublishVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        var target = Check.AbsolutePath(request.TargetPath, "target_path");
        if (request.VolumeCapability is null) throw Refuse.InvalidArgument("volume_capability is missing.");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
        var volume = Check.Volume(backend, id);
        var mode = CapabilityCheck.ForVolume(request.VolumeCapability, volume);
        var staging = RequireStaged(request, id);
        var wanted = new Placement(target, id, IsStaging: false, request.Readonly, (int)mode, staging);
        var present = backend.Placements.Find(target);
        if (present is not null) RequireSame(present, wanted);
        else RequireRoomForAnotherPath(id, mode);

        var data = backend.Data.VolumePath(id);
        if (!DataDirectory.Exists(data, volume.IsBlock)) throw new IOException($"The data of volume {id} is missing: nothing is at {data}.");
        backend.Mounter.Publish(data, volume.IsBlock, target, request.Readonly);
        if (present is null) backend.Placements.Add(wanted);
    }

    /// <summary>Fine when the volume is not published there; then nothing at the path is touched unless it is the volume.</summary>
    public void Unpublish(NodeUnpublishVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        var target = Check.AbsolutePath(request.TargetPath, "target_path");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
        Check.Volume(backend, id);
        var present = backend.Placements.Find(target);
        if (present is not null && (present.Volume != id || present.IsStaging))
            throw Refuse.InvalidArgument($"{target} is not a path at which volume {id} was published.");
        var data = backend.Data.VolumePath(id);
        // A link or mount without a record was left by a crash between the two.
        if (present is null && !backend.Mounter.IsPublished(data, target)) return;
        backend.Mounter.Unpublish(data, target);
        backend.Placements.Remove(target);
    }

    private string RequireStaged(NodePublishVolumeRequest request, string id)
    {
        if (request.StagingTargetPath.Length == 0)
            throw Refuse.FailedPrecondition("staging_target_path is missing; this driver stages volumes before it publishes them.");
        var staging = Check.AbsolutePath(request.StagingTargetPath, "staging_target_path");
        if (backend.Placements.Find(staging) is { IsStaging: true } placement && placement.Volume == id) return staging;
        throw Refuse.FailedPrecondition($"Volume {id} is not staged at {staging}; call NodeStageVolume first.");
    }

    private static void RequireSame(Placement present, Placement wanted)
    {
        if (present == wanted) return;
        throw Refuse.AlreadyExists(present.Volume == wanted.Volume
            ? $"Volume {present.Volume} is at {present.Path} already, with access mode {(Mode)present.Mode} and readonly={present.IsReadOnly}."
            : $"{present.Path} is in use by volume {present.Volume}.");
    }

    private void RequireRoomForAnotherPath(string id, Mode mode)
    {
        var other = backend.Placements.OfVolume(id).Find(placement =>
            !placement.IsStaging && !(CapabilityCheck.AllowsSeveralPaths(mode) && CapabilityCheck.AllowsSeveralPaths((Mode)placement.Mode)));
        if (other is null) return;
        throw Refuse.FailedPrecondition(
            $"Volume {id} is published at {other.Path}, and access mode {mode} allows one path; unpublish it there first.");
    }
}
