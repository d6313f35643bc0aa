using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Telling;

/// <summary>
/// Tells of a snapshot, or of a group, what becomes of it. A failure stands in its status and in an event, once for as long as it is the same one
/// (snapshot controller contract 5); a wait is told where it lasts; how long everything took is measured. What passes by itself is told nobody.
/// </summary>
internal abstract class ObjectReports<T>(ObjectWriter<T> writer, Channels channels) where T : KubeObject, new()
{
    public void Tell(T item, string reason, string message) => channels.Events.Record(Reference(item), EventType.Normal, reason, message);

    public void Warn(T item, string reason, string message) => channels.Events.Record(Reference(item), EventType.Warning, reason, message);

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

    /// <summary>The finalizers cannot be put on it, or taken off it.</summary>
    public Outcome NotMarked(T item, ApiFailure failure) =>
        NotWritten(item, failure, FinalizerError, $"Failed to check and update {What}: ");

    /// <summary>The server has not taken a write of it: told where that does not pass by itself; the outcome is another try.</summary>
    public Outcome NotWritten(T item, ApiFailure failure, string reason, string before = "")
    {
        if (failure.IsNotFound) return Outcome.Done;
        var text = $"{before}snapshot controller failed to update {item.Key} on API server: {failure}";
        if (failure is { IsConflict: false, IsWithoutAnswer: false }) Warn(item, reason, text);
        return Outcome.Retry(text);
    }

    /// <inheritdoc cref="Waiting.LongWaits.For"/>
    public Outcome Wait(T item, string reason, string what, string? error = null) => channels.Waits.For(Reference(item), reason, what, error);

    /// <summary>Nothing is awaited for it any more.</summary>
    public void WaitIsOver(T item) => channels.Waits.Over(item.Uid);

    /// <summary>An operation on it is seen to begin, unless it has been seen already.</summary>
    public void Begins(T item, string operation, string? driver, bool isImported) =>
        channels.Operations.Begin(item.Uid, operation, driver, isImported ? Metrics.Operations.PreProvisioned : Metrics.Operations.Dynamic);

    /// <summary>It came about.</summary>
    public void Succeeds(T item, string operation, string? driver) => channels.Operations.Succeed(item.Uid, operation, driver);

    /// <summary>It is gone: nothing of it is awaited or measured any more.</summary>
    public void Gone(string uid)
    {
        channels.Operations.Gone(uid);
        channels.Waits.Over(uid);
    }

    /// <summary>What it is, in the words of the original.</summary>
    protected abstract string What { get; }

    /// <summary>Reason of the event about finalizers.</summary>
    protected abstract string FinalizerError { get; }

    protected abstract ObjectReference Reference(T item);

    protected abstract (SnapshotError? Error, bool? IsReady) StateOf(T item);

    private ReadOnlyMemory<byte> PatchOf(T item, Failure failure) => MergePatch.Guarded(item, rest: json =>
    {
        json.WriteStartObject("status");
        json.WriteError(new SnapshotError { Time = channels.Time.GetUtcNow(), Message = failure.Message });
        if (failure.ClearsReady) json.WriteBoolean("readyToUse", false);
        json.WriteEndObject();
    });
}
