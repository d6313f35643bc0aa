using Csi.V1;
using Google.Protobuf.WellKnownTypes;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;
using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver.Snapshots;

/// <summary>
/// Snapshots as whole copies: ready when the call returns, and independent of their volume afterwards. One snapshot for one name,
/// however often it is asked for.
/// </summary>
internal sealed class Snapshotting(Backend backend)
{
    public async Task<Snapshot> Create(CreateSnapshotRequest request, CancellationToken stop)
    {
        var name = Check.Name(request.Name);
        var source = Check.Required(request.SourceVolumeId, "source_volume_id");
        Check.Map(request.Parameters, "parameters");
        using var naming = backend.Locks.TryChange($"snapshot name {name}") ?? throw Refuse.Busy($"the snapshot named {name}");
        if (backend.Snapshots.FindByName(name) is { } existing) return Repeat(existing, source);

        using var reading = backend.Locks.TryRead(source) ?? throw Refuse.Busy($"volume {source}");
        var volume = backend.Volumes.Find(source) ?? throw Refuse.NotFound($"The source volume {source} does not exist.");
        using var space = backend.Space.TryReserve(volume.Node, volume.Kind, volume.Capacity) ?? throw Refuse.ResourceExhausted(
            $"No space for a snapshot of {volume.Capacity} bytes: {backend.Space.Available(volume.Node, volume.Kind)} are free on {volume.Node}.");

        var id = DataDirectory.NewSnapshotId();
        var created = backend.Time.GetUtcNow();
        try
        {
            await Copying.Copy(backend.Data.VolumePath(source), backend.Data.SnapshotPath(id), stop);
            return Message(backend.Snapshots.Add(
                new SnapshotRecord(0, id, name, source, volume.Capacity, volume.IsBlock, created, volume.Node, volume.Kind)));
        }
        catch
        {
            DataDirectory.Delete(backend.Data.SnapshotPath(id)); // the next try has another id and would leave this for good
            throw;
        }
    }

    /// <summary>Deletes a snapshot; fine when it is gone already.</summary>
    public void Delete(DeleteSnapshotRequest request)
    {
        var id = Check.Required(request.SnapshotId, "snapshot_id");
        using var changing = backend.Locks.TryChange(id) ?? throw Refuse.Busy($"snapshot {id}");
        if (backend.Snapshots.Find(id) is null) return;
        backend.Snapshots.Remove(id); // data without a record is swept, a record without data would be no snapshot
        DataDirectory.Delete(backend.Data.SnapshotPath(id));
    }

    public Snapshot Get(GetSnapshotRequest request)
    {
        var id = Check.Required(request.SnapshotId, "snapshot_id");
        return Message(backend.Snapshots.Find(id) ?? throw Refuse.NotFound($"Snapshot {id} does not exist."));
    }

    /// <summary>All snapshots, those of one volume, or a single one; what does not exist is an empty list, not an error.</summary>
    public ListSnapshotsResponse List(ListSnapshotsRequest request)
    {
        var maxEntries = Check.MaxEntries(request.MaxEntries);
        Paging.After(request.StartingToken); // checked whatever is asked for
        if (request.SnapshotId.Length > 0) return ListOne(request);
        var (entries, next) = Paging.Page(
            request.StartingToken,
            maxEntries,
            (after, count) => backend.Snapshots.Page(after, count, request.SourceVolumeId),
            snapshot => snapshot.Sequence);
        var response = new ListSnapshotsResponse { NextToken = next };
        response.Entries.Add(entries.Select(Entry));
        return response;
    }

    private ListSnapshotsResponse ListOne(ListSnapshotsRequest request)
    {
        var response = new ListSnapshotsResponse();
        var snapshot = backend.Snapshots.Find(request.SnapshotId);
        if (snapshot is not null && (request.SourceVolumeId.Length == 0 || snapshot.SourceVolume == request.SourceVolumeId))
            response.Entries.Add(Entry(snapshot));
        return response;
    }

    private static Snapshot Repeat(SnapshotRecord existing, string source) => existing.SourceVolume == source
        ? Message(existing)
        : throw Refuse.AlreadyExists(
            $"A snapshot named {existing.Name} exists ({existing.Id}), but of volume {existing.SourceVolume}, not {source}.");

    private static ListSnapshotsResponse.Types.Entry Entry(SnapshotRecord snapshot) => new() { Snapshot = Message(snapshot) };

    private static Snapshot Message(SnapshotRecord snapshot) => new()
    {
        SnapshotId = snapshot.Id,
        SourceVolumeId = snapshot.SourceVolume,
        SizeBytes = snapshot.Size,
        // The record keeps whole milliseconds; the answer of the first call must be that of its repeats.
        CreationTime = Timestamp.FromDateTimeOffset(
            DateTimeOffset.FromUnixTimeMilliseconds(snapshot.Created.ToUnixTimeMilliseconds())),
        ReadyToUse = true,
    };
}
