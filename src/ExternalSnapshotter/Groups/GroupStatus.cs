using System.Globalization;
using System.Text.Json;
using Csi.V1;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Groups;

/// <summary>
/// What is to be known of a group, and what of it is to be written (snapshotter contract 8.2): its handle is written once and for all, and so is each
/// snapshot in it; what the driver says of each follows the driver, so that a snapshot that is ready later than its group began becomes ready.
/// </summary>
internal sealed record GroupStatus
{
    public required string Handle { get; init; }

    public bool IsReady { get; init; }

    /// <summary>When it was taken; null is unknown.</summary>
    public DateTimeOffset? CreationTime { get; init; }

    /// <summary>Its snapshots; none where they are known by other means.</summary>
    public IReadOnlyList<SnapshotInfo> Snapshots { get; init; } = [];

    /// <summary>Whether an error from before is over.</summary>
    public bool ClearsError { get; init; } = true;

    public static GroupStatus Of(global::Csi.V1.VolumeGroupSnapshot group) => new()
    {
        Handle = group.GroupSnapshotId,
        IsReady = group.ReadyToUse,
        CreationTime = DriverTime.Date(group.CreationTime),
        Snapshots = [.. group.Snapshots.Select(InfoOf)],
    };

    /// <summary>Writes what differs; false where nothing does.</summary>
    public bool Write(VolumeGroupSnapshotContent content, Utf8JsonWriter json)
    {
        var known = content.Status;
        var differs = false;
        if (string.IsNullOrEmpty(known?.VolumeGroupSnapshotHandle)) json.WriteString(Differs("volumeGroupSnapshotHandle"), Handle);
        if (known?.ReadyToUse is not true && known?.ReadyToUse != IsReady) json.WriteBoolean(Differs("readyToUse"), IsReady);
        if (known?.CreationTime is null && CreationTime is { } time)
            json.WriteString(Differs("creationTime"), time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if (ListToWrite(known?.VolumeSnapshotInfoList ?? []) is { } list)
        {
            json.WriteStartArray(Differs("volumeSnapshotInfoList"));
            foreach (var info in list) Write(json, info);
            json.WriteEndArray();
        }
        if (ClearsError && known?.Error is not null) json.WriteNull(Differs("error"));
        return differs;

        string Differs(string member)
        {
            differs = true;
            return member;
        }
    }

    /// <summary>The list as it is to be, or null where it is so.</summary>
    private IReadOnlyList<SnapshotInfo>? ListToWrite(SnapshotInfo[] known)
    {
        if (known.Length is 0) return Snapshots.Count is 0 ? null : Snapshots;
        var list = known.Select(k => Snapshots.FirstOrDefault(s => s.SnapshotHandle == k.SnapshotHandle) is { } told ? Merged(k, told) : k).ToList();
        // What comes to the group later has to be deleted with it like the others.
        var later = Snapshots.Where(s => !Array.Exists(known, k => k.SnapshotHandle == s.SnapshotHandle)).ToList();
        return later.Count is 0 && list.Zip(known).All(pair => IsSame(pair.First, pair.Second)) ? null : [.. list, .. later];
    }

    private static SnapshotInfo Merged(SnapshotInfo known, SnapshotInfo told) => new()
    {
        VolumeHandle = known.VolumeHandle, SnapshotHandle = known.SnapshotHandle, ReadyToUse = told.ReadyToUse,
        CreationTime = known.CreationTime is null or 0 ? told.CreationTime ?? known.CreationTime : known.CreationTime,
        RestoreSize = known.RestoreSize is null or 0 ? told.RestoreSize ?? known.RestoreSize : known.RestoreSize,
    };

    private static bool IsSame(SnapshotInfo one, SnapshotInfo other) =>
        one.ReadyToUse == other.ReadyToUse && one.CreationTime == other.CreationTime && one.RestoreSize == other.RestoreSize;

    private static SnapshotInfo InfoOf(Snapshot snapshot) => new()
    {
        VolumeHandle = snapshot.SourceVolumeId, SnapshotHandle = snapshot.SnapshotId, ReadyToUse = snapshot.ReadyToUse,
        CreationTime = DriverTime.Nanoseconds(snapshot.CreationTime), RestoreSize = DriverTime.Size(snapshot.SizeBytes),
    };

    private static void Write(Utf8JsonWriter json, SnapshotInfo info)
    {
        json.WriteStartObject();
        if (info.VolumeHandle is not null) json.WriteString("volumeHandle", info.VolumeHandle);
        if (info.SnapshotHandle is not null) json.WriteString("snapshotHandle", info.SnapshotHandle);
        if (info.CreationTime is { } time) json.WriteNumber("creationTime", time);
        if (info.ReadyToUse is { } ready) json.WriteBoolean("readyToUse", ready);
        if (info.RestoreSize is { } size) json.WriteNumber("restoreSize", size);
        json.WriteEndObject();
    }
}
