using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// What a snapshot's status has to say by what its content says (snapshot controller contract 5). What the driver does not know, a time or a size,
/// is left out until it does: no snapshot was taken in 1970.
/// </summary>
internal sealed record StatusProjection
{
    private const long NanosecondsPerTick = 100;

    /// <summary>The change of the status; null where it says all that already.</summary>
    public ReadOnlyMemory<byte>? Patch { get; private init; }

    /// <summary>From now on it is known to be taken.</summary>
    public bool BecomesCreated { get; private init; }

    /// <summary>From now on it can be used.</summary>
    public bool BecomesReady { get; private init; }

    /// <summary>The driver says another time than the one that was noted before: another snapshot has taken its place, and its time and size are
    /// noted now.</summary>
    public (DateTimeOffset Noted, DateTimeOffset Said)? OtherTime { get; private init; }

    /// <param name="snapshot">The snapshot as it is.</param>
    /// <param name="content">Its content.</param>
    /// <param name="group">Name of the group it was taken in, or null.</param>
    public static StatusProjection Of(VolumeSnapshot snapshot, VolumeSnapshotContent content, string? group)
    {
        var (now, from) = (snapshot.Status ?? new SnapshotStatus(), content.Status ?? new SnapshotContentStatus());
        var bound = string.IsNullOrEmpty(now.BoundVolumeSnapshotContentName) ? content.Name : null;
        var (isReady, wasReady) = (from.ReadyToUse is true, now.ReadyToUse is true);
        var time = TimeOf(from.CreationTime);
        (DateTimeOffset Noted, DateTimeOffset Said)? other =
            isReady && !wasReady && now.CreationTime is { } noted && time is { } said && noted != said ? (noted, said) : null;
        var newTime = now.CreationTime is null || other is not null ? time : null;
        var size = from.RestoreSize is > 0 and var bytes && (IsUnknown(now.RestoreSize) || other is not null)
            ? Quantity.FromBytes(bytes).ToString() : null;
        var clearsSize = other is not null && size is null && now.RestoreSize is not null;
        var error = isReady ? null : from.Error;
        var clearsError = error is null && now.Error is not null;
        var setsError = error is not null && error.Message != now.Error?.Message;
        var setsReady = now.ReadyToUse != isReady;
        var setsGroup = group is not null && string.IsNullOrEmpty(now.VolumeGroupSnapshotName);
        var changes = bound is not null || newTime is not null || size is not null || clearsError || setsError || setsReady || setsGroup;
        return new StatusProjection
        {
            BecomesCreated = now.CreationTime is null && !wasReady && (newTime is not null || isReady),
            BecomesReady = isReady && !wasReady,
            OtherTime = other,
            Patch = !changes ? default(ReadOnlyMemory<byte>?) : MergePatch.Guarded(snapshot, rest: json =>
            {
                json.WriteStartObject("status");
                if (bound is not null) json.WriteString("boundVolumeSnapshotContentName", bound);
                if (newTime is { } at) json.WriteString("creationTime", MergePatch.Text(at));
                if (setsReady) json.WriteBoolean("readyToUse", isReady);
                if (size is not null) json.WriteString("restoreSize", size);
                else if (clearsSize) json.WriteNull("restoreSize");
                if (setsError) json.WriteError(error!);
                else if (clearsError) json.WriteNull("error");
                if (setsGroup) json.WriteString("volumeGroupSnapshotName", group);
                json.WriteEndObject();
            }),
        };
    }

    /// <summary>Of a ready snapshot nothing is taken back; what was unknown then is filled in.</summary>
    public static ReadOnlyMemory<byte>? Completion(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        var time = snapshot.Status?.CreationTime is null ? TimeOf(content.Status?.CreationTime) : null;
        var size = content.Status?.RestoreSize is > 0 and var bytes && IsUnknown(snapshot.Status?.RestoreSize)
            ? Quantity.FromBytes(bytes).ToString() : null;
        if (time is null && size is null) return null;
        return MergePatch.Guarded(snapshot, rest: json =>
        {
            json.WriteStartObject("status");
            if (time is { } at) json.WriteString("creationTime", MergePatch.Text(at));
            if (size is not null) json.WriteString("restoreSize", size);
            json.WriteEndObject();
        });
    }

    /// <summary>The time in whole seconds, as it is stored; null for none, and for what no clock has said.</summary>
    private static DateTimeOffset? TimeOf(long? nanoseconds) =>
        nanoseconds is > 0 and var ns ? DateTimeOffset.FromUnixTimeSeconds(
            DateTimeOffset.UnixEpoch.AddTicks(ns / NanosecondsPerTick).ToUnixTimeSeconds()) : null;

    private static bool IsUnknown(string? size) => size is null || (Quantity.TryParse(size, out var value) && value.IsZero);
}
