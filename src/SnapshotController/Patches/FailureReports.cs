using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Patches;

/// <summary>
/// Tells the user of a snapshot, or of a group, what became of it: a failure stands in its status and in an event, once for as long as it is the
/// same one (snapshot controller contract 5).
/// </summary>
internal abstract class FailureReports<T>(ObjectWriter<T> writer, EventRecorder events, TimeProvider time) where T : KubeObject, new()
{
    public void Tell(T item, string reason, string message) => events.Record(Reference(item), EventType.Normal, reason, message);

    public void Warn(T item, string reason, string message) => events.Record(Reference(item), EventType.Warning, reason, message);

    /// <summary>Notes the failure, unless it is noted already; the outcome is another try.</summary>
    public async Task<Outcome> Fail(T item, Failure failure, CancellationToken stop)
    {
        var (noted, isReady) = StateOf(item);
        if (noted?.Message == failure.Message && !(failure.ClearsReady && isReady is not false)) return Outcome.Retry(failure.Message);

        var written = await writer.Patch(item, PatchOf(item, failure), "status", stop);
        if (written.Failure is { IsNotFound: true }) return Outcome.Done;
        if (written.Failure is { IsConflict: true } or { IsWithoutAnswer: true })
            return Outcome.Retry($"{failure.Message} (not noted on {item.Key}: {written.Failure})");
        Warn(item, failure.Reason, failure.Advice is { } advice ? $"{failure.Message}; {advice}" : failure.Message);
        foreach (var (reason, message) in failure.MoreEvents) Warn(item, reason, message);
        return Outcome.Retry(failure.Message);
    }

    protected abstract ObjectReference Reference(T item);

    protected abstract (SnapshotError? Error, bool? IsReady) StateOf(T item);

    private ReadOnlyMemory<byte> PatchOf(T item, Failure failure) => MergePatch.Guarded(item, rest: json =>
    {
        json.WriteStartObject("status");
        json.WriteError(new SnapshotError { Time = time.GetUtcNow(), Message = failure.Message });
        if (failure.ClearsReady) json.WriteBoolean("readyToUse", false);
        json.WriteEndObject();
    });
}
