using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>What a group's status has to say by what its content says (snapshot controller contract 10.5).</summary>
/// <param name="Patch">The change of the status; null where it says all that already.</param>
/// <param name="BecomesCreated">From now on it is known to be taken.</param>
/// <param name="BecomesReady">From now on it can be used.</param>
/// <param name="OtherTime">The driver says another time than was noted before: another group has taken its place, and that time is noted now.</param>
internal sealed record GroupProjection(
    ReadOnlyMemory<byte>? Patch, bool BecomesCreated, bool BecomesReady, (DateTimeOffset Noted, DateTimeOffset Said)? OtherTime)
{
    /// <param name="group">The group as it is.</param>
    /// <param name="content">Its content.</param>
    /// <param name="isComplete">Whether its members are there: until then it is not ready, and what keeps them is its error.</param>
    public static GroupProjection Of(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, bool isComplete = true)
    {
        var (now, from) = (group.Status ?? new GroupSnapshotStatus(), content.Status ?? new GroupContentStatus());
        var bound = string.IsNullOrEmpty(now.BoundVolumeGroupSnapshotContentName) ? content.Name : null;
        var (isReady, wasReady) = (isComplete && from.ReadyToUse is true, now.ReadyToUse is true);
        var time = from.CreationTime > DateTimeOffset.UnixEpoch ? from.CreationTime : null;
        (DateTimeOffset Noted, DateTimeOffset Said)? other = isReady && !wasReady && now.CreationTime is { } noted && time is { } said
            && MergePatch.Text(noted) != MergePatch.Text(said) ? (noted, said) : null;
        var newTime = now.CreationTime is null || other is not null ? time : null;
        var error = isReady ? null : from.Error;
        var clearsError = isComplete && error is null && now.Error is not null;
        var setsError = isComplete && error is not null && error.Message != now.Error?.Message;
        var setsReady = now.ReadyToUse != isReady;
        var changes = bound is not null || newTime is not null || clearsError || setsError || setsReady;
        return new GroupProjection(!changes ? default(ReadOnlyMemory<byte>?) : MergePatch.Guarded(group, rest: json =>
        {
            json.WriteStartObject("status");
            if (bound is not null) json.WriteString("boundVolumeGroupSnapshotContentName", bound);
            if (newTime is { } at) json.WriteString("creationTime", MergePatch.Text(at));
            if (setsReady) json.WriteBoolean("readyToUse", isReady);
            if (setsError) json.WriteError(error!);
            else if (clearsError) json.WriteNull("error");
            json.WriteEndObject();
        }), now.CreationTime is null && !wasReady && (newTime is not null || isReady), isReady && !wasReady, other);
    }
}
