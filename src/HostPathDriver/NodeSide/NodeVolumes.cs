using Csi.V1;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.Storage;
using Sidecars.HostPathDriver.Volumes;

namespace Sidecars.HostPathDriver.NodeSide;

/// <summary>What the node side knows and does about a volume that is in place: its usage, its condition, its growth.</summary>
internal sealed class NodeVolumes(Backend backend)
{
    public NodeGetVolumeStatsResponse Stats(NodeGetVolumeStatsRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        Check.Required(request.VolumePath, "volume_path");
        var volume = Check.Volume(backend, id);
        RequirePlacement(request.VolumePath, id);
        var response = new NodeGetVolumeStatsResponse { VolumeCondition = volume.Condition(backend) };
        if (response.VolumeCondition.Abnormal) return response;
        var usage = new VolumeUsage { Unit = VolumeUsage.Types.Unit.Bytes, Total = volume.Capacity };
        if (!volume.IsBlock)
        {
            usage.Used = UsedBytes(backend.Data.VolumePath(id));
            usage.Available = Math.Max(0, volume.Capacity - usage.Used);
        }

        response.Usage.Add(usage);
        return response;
    }

    /// <summary>Follows an expansion the controller has made. The data has grown with it, so there is only the truth of it to check.</summary>
    public NodeExpandVolumeResponse Expand(NodeExpandVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        Check.Required(request.VolumePath, "volume_path");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
        var volume = Check.Volume(backend, id);
        var range = Check.Range(request.CapacityRange);
        if (request.VolumeCapability is { } capability) CapabilityCheck.ForVolume(capability, volume);
        RequirePlacement(request.VolumePath, id);
        if (range.Required > volume.Capacity)
        {
            throw Refuse.OutOfRange(
                $"Volume {id} has {volume.Capacity} bytes, fewer than the required {range.Required}; call ControllerExpandVolume first.");
        }

        if (range.Limit != 0 && range.Limit < volume.Capacity)
            throw Refuse.OutOfRange($"Volume {id} has {volume.Capacity} bytes, more than the limit of {range.Limit}.");
        DataDirectory.Grow(backend.Data.VolumePath(id), volume.IsBlock, volume.Capacity);
        return new NodeExpandVolumeResponse { CapacityBytes = volume.Capacity };
    }

    // A path that could be none of ours, such as a relative one, is a place without the volume like any other.
    private void RequirePlacement(string path, string id)
    {
        var placement = Check.IsAbsolutePath(path) ? backend.Placements.Find(Check.AbsolutePath(path, "volume_path")) : null;
        if (placement?.Volume != id) throw Refuse.NotFound($"Volume {id} is not staged or published at {path}.");
    }

    private static long UsedBytes(string directory) => new DirectoryInfo(directory)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Sum(file => file.Length);
}
