using Microsoft.Extensions.Logging;
using Sidecars.ExternalSnapshotter.Waiting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Brings a content to the state asked for (snapshotter contract 4 and 8.1), the same for single snapshots and for groups: takes what is to be
/// taken, asks until it is ready, deletes what is to be deleted, and releases. Nothing is left at the driver because of the order it is done in:
/// the mark stands on the content before the driver is asked to take anything, and goes only when the outcome is known and its handle written;
/// with the mark a content cannot be released; and it is released only after the driver has deleted what it is told to delete.
/// </summary>
internal sealed partial class ContentReconciler<T>(
    ContentCache<T> cache, ISnapshots<T> snapshots, ContentWriter<T> writer, ContentReports reports, ContentWaits waits, ItemBackoff<string> backoff,
    ILogger log)
    where T : KubeObject, new()
{
    private const string NotReady = "the driver has taken it and says that it is not ready to use yet";
    private const string NoTime = "it is ready, and the driver has not said yet when it took it";

    /// <summary>
    /// Looks at one that is ready only for the time when it was taken: with the usual pauses a quarter of an hour. Nothing depends on it.
    /// </summary>
    private const int MostLooksForTime = 10;

    private const string AwaitsGroup = "it is one of a group, and what the driver knows it by has not been noted on it yet";

    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (cache.Find(name) is not { } content)
        {
            waits.Finished(name); // gone, or another driver's
            return Outcome.Done;
        }
        if (!View(content).HasSource) return Outcome.Done;
        // Before anything is composed: what it needs may be gone for good, and the mark would keep the content from going for as long.
        if (View(content).IsMarkedForNothing)
        {
            var cleared = await writer.Unmark(content, stop);
            if (cleared.IsGone) return Finished(View(content));
            if (cleared.Failure is { } refused) return waits.Retry(View(content), StillMarked(refused));
            content = cleared.Now!;
        }
        var view = View(content);
        if (view.IsToBeDeleted) return await Delete(content, stop);
        if (cache.IsOfForeignClass(view)) return Outcome.Done;

        var outcome = await Advance(content, view, stop);
        // The watch tells of nothing that a write of ours made possible.
        return cache.Find(name) is { } now && View(now).IsToBeDeleted ? Outcome.After(TimeSpan.Zero) : outcome;
    }

    private Task<Outcome> Advance(T content, ContentView view, CancellationToken stop)
    {
        if (view.IsReady is true) return Settle(content, stop);
        if (snapshots.IsLookedAt(content)) return LookAt(content, stop);
        return view.IsMember ? Task.FromResult(waits.Retry(view, AwaitsGroup)) : Take(content, stop);
    }

    /// <summary>Takes it, or asks how far it is by the same call: the driver answers one name with one snapshot.</summary>
    private async Task<Outcome> Take(T content, CancellationToken stop)
    {
        var isFirst = !View(content).HasStatus;
        var (order, error) = await snapshots.ToTake(content, stop);
        if (order is null) return await Failed(content, isFirst, error!, stop);

        var marked = await writer.Mark(content, stop);
        if (marked.IsGone) return Finished(View(content));
        if (marked.Failure is { } refused)
        {
            var why = $"the driver was not asked: annotation {cache.Kind.Keys.BeingCreated} could not be set: {refused}";
            return await Failed(content, isFirst, why, stop);
        }
        content = marked.Now!;
        // Deleted while the call was composed, and none was made before: there is nothing to take for it.
        if (View(content).IsToBeDeleted) return await Delete(content, stop);
        var answer = await order.Make(stop);
        if (answer.IsOk) return await Answered(content, isFirst, answer.Response, stop);

        if (answer.Error.IsFinal && View(content).IsBeingCreated)
        {
            var cleared = await writer.Unmark(content, stop);
            if (cleared.IsGone) return Finished(View(content));
            content = cleared.Now ?? content; // a mark that stays is taken off after the next answer
        }
        return await Failed(content, isFirst, order.Describe(answer.Error), stop);
    }

    private async Task<Outcome> LookAt(T content, CancellationToken stop)
    {
        var (order, error) = await snapshots.ToLookAt(content, stop);
        if (order is null) return await Failed(content, false, error!, stop);
        var answer = await order.Make(stop);
        return answer.IsOk ? await Answered(content, false, answer.Response, stop) : await Failed(content, false, order.Describe(answer.Error), stop);
    }

    /// <summary>The handle is written before the mark goes: should we end between the two, the same call is made again.</summary>
    private async Task<Outcome> Answered(T content, bool isFirst, DriverAnswer<T> answer, CancellationToken stop)
    {
        var known = View(content);
        if (known.NotedHandle is { } first && answer.Handle != first) reports.OtherHandle(known, first, answer.Handle);
        var written = await writer.Note(content, answer, stop);
        if (written.IsGone)
        {
            if (known.IsDynamic && known.NotedHandle is null) Log.Vanished(log, content.Name, known.Ref?.Namespace, known.Ref?.Name);
            return Finished(known);
        }
        if (written.Failure is { } failure)
            return await Failed(content, isFirst, $"error updating status for {reports.Words.Noun} content {content.Name}: {failure}", stop);
        content = written.Now!;

        if (View(content).IsBeingCreated)
        {
            var cleared = await writer.Unmark(content, stop);
            if (cleared.IsGone) return Finished(known);
            if (cleared.Failure is { } refused) return waits.Retry(known, StillMarked(refused));
            content = cleared.Now!;
        }
        if (answer.Problem is { } unusable) return await Failed(content, isFirst, unusable, stop);
        if (known.NotedHandle is null) backoff.Forget(content.Name); // the pauses of failures before it was taken are over
        if (!answer.IsReady) return waits.Retry(View(content), NotReady);
        Log.Ready(log, content.Name, View(content).NotedHandle);
        waits.Finished(known);
        backoff.Forget(content.Name); // what is left to do is another matter
        return View(content).HasTime ? Outcome.Done : Outcome.Retry(NoTime);
    }

    /// <summary>Ready: a mark that an earlier process left, and when it was taken, are all that can be left to do.</summary>
    private async Task<Outcome> Settle(T content, CancellationToken stop)
    {
        if (View(content).IsBeingCreated && (await writer.Unmark(content, stop)).Failure is { } refused)
            return waits.Retry(View(content), StillMarked(refused));
        waits.Finished(View(content));
        return View(content).HasTime ? Outcome.Done : await AskForTime(content, stop);
    }

    /// <summary>Asks for what the driver did not know when the snapshot became ready, and takes nothing back for any answer.</summary>
    private async Task<Outcome> AskForTime(T content, CancellationToken stop)
    {
        // Only of what is known by a handle: nothing is taken anew. What a group's snapshots are, the group tells.
        if (View(content) is { NotedHandle: null } or { IsMember: true }) return Outcome.Done;
        // A call that takes would take another where this one is gone at the driver: it is made only where there is no other to ask by.
        var isByHandle = snapshots.CanBeLookedAt(content) || snapshots.IsLookedAt(content);
        var (order, _) = isByHandle ? await snapshots.ToLookAt(content, stop) : await snapshots.ToTake(content, stop);
        if (order is null) return Outcome.Done;
        var answer = await order.Make(stop);
        if (answer.IsOk && answer.Response.Problem is null)
        {
            // What was asked of was gone at the driver, and another was taken for it: it is told of, and nothing is asked any more.
            if (View(content).NotedHandle is { } first && answer.Response.Handle != first)
            {
                reports.OtherHandle(View(content), first, answer.Response.Handle);
                return Outcome.Done;
            }
            var written = await writer.Note(content, answer.Response, stop);
            if (written.IsGone || (written.Now is { } now && View(now).HasTime)) return Outcome.Done;
        }
        return backoff.FailuresOf(content.Name) < MostLooksForTime ? Outcome.Retry(NoTime) : Outcome.Done;
    }

    private async Task<Outcome> Delete(T content, CancellationToken stop)
    {
        var view = View(content);
        // What became of a call that was answered with another's snapshot is never ready; it does not take that one with it.
        var other = view is { IsDynamic: true, IsReady: not true, ErrorMessage: not null, NotedHandle: { } noted }
            ? cache.OtherWith(content, noted) : null;
        if (other is null && view.HandleThatGoes is { } handle)
        {
            var (order, error) = await snapshots.ToDelete(content, handle, stop);
            if (order is null) return DeleteFailed(view, error!.Full);
            if (await order(stop) is { } refused) return DeleteFailed(view, $"{reports.Words.DeleteFailed}: {refused.Text}");
            Log.Deleted(log, content.Name, handle);
            var cleared = await writer.Clear(content, stop);
            if (cleared.IsGone) return Finished(view);
            if (cleared.Failure is { } failure) return DeleteFailed(view, $"Failed to clear content status: {failure}");
            content = cleared.Now!;
        }
        var released = await writer.Release(content, stop);
        if (released.Failure is { } kept) return waits.Retry(view, $"the finalizer {cache.Kind.Keys.Finalizer} of {content.Name} could not be taken off: {kept}");
        if (other is not null) reports.LeftTo(view, View(other));
        return Finished(view);
    }

    private Outcome DeleteFailed(ContentView view, string message)
    {
        reports.DeleteFailed(view, message);
        return waits.Retry(view, message);
    }

    /// <summary>The failure stands on the content, and is told once (snapshotter contract 5.6).</summary>
    private async Task<Outcome> Failed(T content, bool isFirst, Obstacle obstacle, CancellationToken stop)
    {
        var view = View(content);
        var text = reports.TextOf(isFirst, obstacle.Words);
        if (view.ErrorMessage != text)
        {
            var written = await writer.NoteError(content, text, stop);
            if (written.IsGone) return Finished(view);
            if (written.Failure is { } failure) Log.ErrorNotSaved(log, content.Name, failure.ToString());
            // What failed took effect, or was done by another.
            if (written.Now is { } now && View(now).IsReady is true) return waits.Retry(view, obstacle.Full);
            reports.Failed(view, isFirst, reports.TextOf(isFirst, obstacle.Full));
        }
        return waits.Retry(view, obstacle.Full);
    }

    private Outcome Finished(ContentView view)
    {
        waits.Finished(view);
        return Outcome.Done;
    }

    private string StillMarked(object failure) => $"the annotation {cache.Kind.Keys.BeingCreated} could not be taken off: {failure}";

    private ContentView View(T content) => cache.Kind.View(content);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Ready to use {Content} {SnapshotHandle}")]
        public static partial void Ready(ILogger logger, string content, string? snapshotHandle);

        [LoggerMessage(2, LogLevel.Information, "Deleted at the driver {Content} {SnapshotHandle}")]
        public static partial void Deleted(ILogger logger, string content, string snapshotHandle);

        [LoggerMessage(3, LogLevel.Error, "Failed to save the error {Content} {Err}")]
        public static partial void ErrorNotSaved(ILogger logger, string content, string err);

        [LoggerMessage(4, LogLevel.Warning, "The content vanished while the driver took its snapshot, which may be left there; "
            + "a content made anew for the same snapshot takes it over {Content} {Namespace} {Name}")]
        public static partial void Vanished(ILogger logger, string content, string? @namespace, string? name);
    }
}
