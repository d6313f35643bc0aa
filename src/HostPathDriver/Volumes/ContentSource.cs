using Csi.V1;
using Sidecars.HostPathDriver.Rpc;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>
/// Where the first content of a volume comes from: a snapshot or another volume, with its size, kind, path and node. Nothing may change the
/// source while it is being copied, so it is held for reading until disposed.
/// </summary>
internal sealed class ContentSource : IDisposable
{
    private readonly IDisposable _held;

    private ContentSource(IDisposable held) => _held = held;

    public required string Path { get; init; }
    public required long Size { get; init; }
    public required bool IsBlock { get; init; }

    /// <summary>Where it lies; a copy can be made there only.</summary>
    public required string Node { get; init; }

    /// <summary>Finds and holds the source a call names; null when it names none.</summary>
    public static ContentSource? Hold(Backend backend, VolumeContentSource? source)
    {
        switch (source?.TypeCase)
        {
            case null:
                return null;
            case VolumeContentSource.TypeOneofCase.Snapshot:
                return HoldSnapshot(backend, Check.Required(source.Snapshot.SnapshotId, "volume_content_source.snapshot.snapshot_id"));
            case VolumeContentSource.TypeOneofCase.Volume:
                return HoldVolume(backend, Check.Required(source.Volume.VolumeId, "volume_content_source.volume.volume_id"));
            default:
                throw Refuse.InvalidArgument("volume_content_source names neither a snapshot nor a volume.");
        }
    }

    public void Dispose() => _held.Dispose();

    private static ContentSource HoldSnapshot(Backend backend, string id)
    {
        var held = backend.Locks.TryRead(id) ?? throw Refuse.Busy($"snapshot {id}");
        if (backend.Snapshots.Find(id) is { } snapshot)
        {
            return new ContentSource(held)
            {
                Path = backend.Data.SnapshotPath(id), Size = snapshot.Size, IsBlock = snapshot.IsBlock, Node = snapshot.Node,
            };
        }

        held.Dispose();
        throw Refuse.NotFound($"The content source, snapshot {id}, does not exist.");
    }

    private static ContentSource HoldVolume(Backend backend, string id)
    {
        var held = backend.Locks.TryRead(id) ?? throw Refuse.Busy($"volume {id}");
        if (backend.Volumes.Find(id) is { } volume)
        {
            return new ContentSource(held)
            {
                Path = backend.Data.VolumePath(id), Size = volume.Capacity, IsBlock = volume.IsBlock, Node = volume.Node,
            };
        }

        held.Dispose();
        throw Refuse.NotFound($"The content source, volume {id}, does not exist.");
    }
}
