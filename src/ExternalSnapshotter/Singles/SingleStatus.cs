using System.Text.Json;
using Csi.V1;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Singles;

/// <summary>
/// What is to be known of a snapshot, and what of it is to be written (snapshotter contract 5.5): what stands on the content stays, because a
/// handle is written once and for all; readiness follows the driver until it is there; what was unknown is filled in when it comes.
/// </summary>
internal sealed record SingleStatus
{
    public required string Handle { get; init; }

    public bool IsReady { get; init; }

    /// <summary>When it was taken, in nanoseconds since 1970; null is unknown.</summary>
    public long? CreationTime { get; init; }

    /// <summary>In bytes; null is unknown.</summary>
    public long? RestoreSize { get; init; }

    /// <summary>The driver's name of its group; null where it is in none, or nobody asked.</summary>
    public string? GroupHandle { get; init; }

    /// <summary>Whether an error from before is over.</summary>
    public bool ClearsError { get; init; } = true;

    /// <param name="snapshot">As the driver describes it.</param>
    /// <param name="handle">By which it is known: its own name, or the one it was asked for by.</param>
    public static SingleStatus Of(Snapshot snapshot, string handle) => new()
    {
        Handle = handle, IsReady = snapshot.ReadyToUse,
        CreationTime = DriverTime.Nanoseconds(snapshot.CreationTime), RestoreSize = DriverTime.Size(snapshot.SizeBytes),
    };

    /// <summary>Writes what differs; false where nothing does.</summary>
    public bool Write(VolumeSnapshotContent content, Utf8JsonWriter json)
    {
        var known = content.Status;
        var differs = false;
        if (string.IsNullOrEmpty(known?.SnapshotHandle)) json.WriteString(Differs("snapshotHandle"), Handle);
        if (known?.ReadyToUse is not true && known?.ReadyToUse != IsReady) json.WriteBoolean(Differs("readyToUse"), IsReady);
        if (known?.CreationTime is null or 0 && CreationTime is { } time) json.WriteNumber(Differs("creationTime"), time);
        if (known?.RestoreSize is null or 0 && RestoreSize is { } size) json.WriteNumber(Differs("restoreSize"), size);
        if (known?.VolumeGroupSnapshotHandle is null && GroupHandle is { Length: > 0 } group)
            json.WriteString(Differs("volumeGroupSnapshotHandle"), group);
        if (ClearsError && known?.Error is not null) json.WriteNull(Differs("error"));
        return differs;

        string Differs(string member)
        {
            differs = true;
            return member;
        }
    }
}
