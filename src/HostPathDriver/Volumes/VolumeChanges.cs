using Csi.V1;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;
using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>
/// What happens to an existing volume: deletion, expansion, change of its mutable parameters. One at a time; who comes second is
/// asked to repeat later.
/// </summary>
internal sealed class VolumeChanges(Backend backend)
{
    /// <summary>Deletes a volume that nobody uses; fine when it is gone already. Its snapshots are copies and stay.</summary>
    public void Delete(DeleteVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        using var changing = Change(id);
        if (backend.Volumes.Find(id) is not { } volume) return;
        if (backend.Publications.OfVolume(id) is [var publication, ..])
            throw Refuse.FailedPrecondition($"Volume {id} is still published to node {publication.Node}; unpublish it there first.");
        if (backend.Placements.OfVolume(id) is [var placement, ..])
        {
            var state = placement.IsStaging ? "staged" : "published";
            throw Refuse.FailedPrecondition($"Volume {id} is still {state} at {placement.Path}; undo that first.");
        }

        // The record goes first: data without a record is swept, a record without data would be a volume that is none.
        backend.Volumes.Remove(id);
        DataDirectory.Delete(backend.Data.VolumePath(volume.Id));
    }

    /// <summary>Makes a volume at least as large as required; fine when it is already.</summary>
    public ControllerExpandVolumeResponse Expand(ControllerExpandVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        if (request.CapacityRange is null) throw Refuse.InvalidArgument("capacity_range is missing.");
        var range = Check.Range(request.CapacityRange);
        using var changing = Change(id);
        var volume = Check.Volume(backend, id);
        if (request.VolumeCapability is { } capability) CapabilityCheck.ForVolume(capability, volume);
        if (range.Required > backend.Options.MaxVolumeSize)
        {
            throw Refuse.OutOfRange(
                $"The required {range.Required} bytes are more than the {backend.Options.MaxVolumeSize} a volume may have.");
        }

        if (range.Limit != 0 && range.Limit < volume.Capacity)
            throw Refuse.OutOfRange($"Volume {id} has {volume.Capacity} bytes, more than the limit of {range.Limit}; volumes do not shrink.");

        var capacity = Math.Max(volume.Capacity, range.Required);
        if (capacity > volume.Capacity) Grow(volume, capacity);
        // A mounted volume is finished by the node, as with a driver whose filesystem has to follow its device.
        return new ControllerExpandVolumeResponse { CapacityBytes = capacity, NodeExpansionRequired = !volume.IsBlock };
    }

    /// <summary>Changes the mentioned mutable parameters, all of them or, when one is bad, none. Without any there is nothing to do.</summary>
    public void Modify(ControllerModifyVolumeRequest request)
    {
        var id = Check.Required(request.VolumeId, "volume_id");
        using var changing = Change(id);
        var volume = Check.Volume(backend, id);
        Check.Map(request.MutableParameters, "mutable_parameters");
        MutableParameters.Check(request.MutableParameters);
        if (request.MutableParameters.Count == 0) return;
        backend.Volumes.Modify(id, MutableParameters.Merge(volume.Mutable, request.MutableParameters));
    }

    private void Grow(VolumeRecord volume, long to)
    {
        using var space = backend.Space.TryReserve(volume.Node, volume.Kind, to - volume.Capacity) ?? throw Refuse.ResourceExhausted(
            $"No space to grow volume {volume.Id} by {to - volume.Capacity} bytes: {backend.Space.Available(volume.Node, volume.Kind)} are free on {volume.Node}.");
        DataDirectory.Grow(backend.Data.VolumePath(volume.Id), volume.IsBlock, to);
        backend.Volumes.Resize(volume.Id, to);
    }

    private IDisposable Change(string id) => backend.Locks.TryChange(id) ?? throw Refuse.Busy($"volume {id}");
}
