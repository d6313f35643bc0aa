using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A watch: the initial state where it was asked for, then every change until the time is up, the client goes, or the reader falls so far behind
/// that the history is gone. Bookmarks come at intervals and once more at the end, so that a client can always go on where it stopped.
/// </summary>
internal sealed class WatchReply(Storage storage, ResourceDefinition resource, string ns, ListQuery query, WatchEncoder encoder, ActiveWatch watch, TimeSpan bookmarkInterval)
    : Reply(200)
{
    // The real server ends watches after half an hour to an hour; a fixed middle is as good for one process.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(45);

    private int _sent;

    public override async Task Send(HttpResponse response, CancellationToken stop)
    {
        response.StatusCode = Code;
        response.ContentType = "application/json";
        // The header goes out at once: a client must know that the watch is on before the first change. From then on no change may be
        // missed, so what the watch begins with is settled before.
        var start = storage.Objects.Read(resource);
        await response.Body.FlushAsync(stop);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            await Serve(response, start.Snapshot, start.Version, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task Serve(HttpResponse response, TableSnapshot snapshot, long version, CancellationToken stop)
    {
        var writer = response.BodyWriter;
        // Only a list of state can be too far in the future; a plain watch simply waits for its version.
        if (query.SendInitialEvents == true && query.Version > version)
        {
            WatchEncoder.WriteError(writer, ApiStatus.VersionTooLarge(query.Version, version));
            await writer.FlushAsync(stop);
            return;
        }
        var from = await SendInitialState(response, snapshot, version, stop);
        if (WatchCursor.Open(storage.Objects, resource, ns, query.Selection, from) is not { } cursor)
        {
            WatchEncoder.WriteError(writer, ApiStatus.Expired($"too old resource version: {from} ({storage.Version})"));
            await writer.FlushAsync(stop);
            return;
        }
        var deadline = Task.Delay(query.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(query.TimeoutSeconds) : DefaultTimeout, storage.Time, stop);
        var bookmark = query.AllowBookmarks ? Task.Delay(bookmarkInterval, storage.Time, stop) : deadline;
        var batch = new List<WatchEvent>();
        while (true)
        {
            if (watch.Planned is { } planned && await Strike(response, planned, stop)) return;
            if (watch.Commanded.IsCompletedSuccessfully && await Strike(response, await watch.Commanded, stop)) return;

            var reached = storage.Version;
            if (!cursor.Read(batch)) return;
            if (batch.Count > 0)
            {
                foreach (var change in batch)
                {
                    if (Limit is { } limit && _sent >= limit) break;
                    encoder.Write(writer, change.Type, change.Object);
                    _sent++;
                }
                await writer.FlushAsync(stop);
            }
            if (!cursor.IsAtEnd) continue;

            var isOver = deadline.IsCompleted;
            if ((isOver || bookmark.IsCompleted) && query.AllowBookmarks)
            {
                encoder.WriteBookmark(writer, reached, endsInitialEvents: false);
                await writer.FlushAsync(stop);
                if (!isOver) bookmark = Task.Delay(bookmarkInterval, storage.Time, stop);
            }
            if (isOver) return;
            await Task.WhenAny(cursor.Wait(), deadline, bookmark, watch.Commanded);
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Events a planned fault still lets through; null for no limit.</summary>
    private int? Limit => watch.Planned switch
    {
        FaultAction.CutWatch cut => cut.Events,
        FaultAction.SilenceWatch silence => silence.Events,
        FaultAction.FailWatch fail => fail.Events,
        FaultAction.EndWatch end => end.Events,
        _ => null,
    };

    private async Task<long> SendInitialState(HttpResponse response, TableSnapshot snapshot, long version, CancellationToken stop)
    {
        // Without a version, or with version 0, a watch starts with the state there is, unless the client says it does not want it.
        var wanted = query.SendInitialEvents ?? query.Version == 0;
        if (!wanted && query.Version > 0) return query.Version;
        if (!wanted) return version;
        const int flushEvery = 500;
        foreach (var stored in snapshot.In(ns))
        {
            if (!query.Selection.Matches(stored) || (Limit is { } limit && _sent >= limit)) continue;
            encoder.Write(response.BodyWriter, WatchEventType.Added, stored);
            if (++_sent % flushEvery == 0) await response.BodyWriter.FlushAsync(stop);
        }
        if (query is { SendInitialEvents: true, AllowBookmarks: true } && (Limit is null || _sent < Limit))
            encoder.WriteBookmark(response.BodyWriter, version, endsInitialEvents: true);
        await response.BodyWriter.FlushAsync(stop);
        return version;
    }

    /// <summary>True when the fault ended the watch.</summary>
    private async Task<bool> Strike(HttpResponse response, FaultAction action, CancellationToken stop)
    {
        switch (action)
        {
            case FaultAction.CutWatch cut when _sent >= cut.Events:
                response.HttpContext.Abort();
                return true;
            case FaultAction.SilenceWatch silence when _sent >= silence.Events:
                await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, storage.Time, stop), CutLater());
                response.HttpContext.Abort();
                return true;
            case FaultAction.EndWatch end when _sent >= end.Events:
                return true;
            case FaultAction.FailWatch fail when _sent >= fail.Events:
                WatchEncoder.WriteError(response.BodyWriter, fail.Status);
                await response.BodyWriter.FlushAsync(stop);
                return true;
            default:
                return false;
        }
    }

    // A watch that was planned to be silent can still be cut.
    private Task CutLater() => watch.Commanded.IsCompleted ? new TaskCompletionSource().Task : watch.Commanded;
}
