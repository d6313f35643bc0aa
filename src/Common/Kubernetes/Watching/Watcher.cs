using System.Runtime.CompilerServices;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// Turns list and watch of one resource into one endless stream of events (common contract 9). It resumes where it can, lists
/// anew where it must, and reports each failed step instead of swallowing it. A full list may come in a streaming watch or in
/// pages; either way <see cref="WatchEventKind.ListCompleted"/> ends it. Deletions that happen while it is blind show up only
/// as absence from the next full list.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
public sealed class Watcher<T>(ApiClient api, Resource<T> resource, WatcherOptions options, TimeProvider time) where T : KubeObject
{
    /// <summary>Objects in a page of a list.</summary>
    private const int PageSize = 500;

    /// <summary>What the server may be late in closing a stream before it counts as silent: the close itself may never arrive.</summary>
    private static readonly TimeSpan s_silenceMargin = TimeSpan.FromSeconds(5);

    /// <summary>A watch that ends sooner, without an event, is a server that cannot serve it.</summary>
    private static readonly TimeSpan s_veryShort = TimeSpan.FromSeconds(1);

    private readonly WatchBackoff _backoff = new(time, options.Random);
    private ulong _version; // the last one seen; 0 is "any"
    private bool _versionIsGone; // the server does not know it (any more): ask for the newest state
    private bool _serverPages; // its cache would have answered the first list in one piece
    private long? _expiredAt; // when a watch was last told that its version is gone

    private enum State
    {
        MustList,
        StreamingList,
        Paging,
        Listed,
        Watching,
    }

    /// <summary>The events, until <paramref name="stop"/>. May be enumerated once.</summary>
    public async IAsyncEnumerable<WatchEvent<T>> Events([EnumeratorCancellation] CancellationToken stop)
    {
        var state = State.MustList;
        WatchStream<T>? stream = null;
        string? nextPage = null;
        var (inPages, inOnePiece) = (false, false); // how this round lists
        try
        {
            while (!stop.IsCancellationRequested)
            {
                WatchFailure? failed = null;
                switch (state)
                {
                    case State.MustList when options.StreamsLists && !inPages:
                    {
                        var opened = await Open(InitialListPath(), stop);
                        if (opened.IsSuccess)
                        {
                            stream = opened.Value;
                            state = State.StreamingList;
                            yield return new(WatchEventKind.ListStarted);
                        }
                        else if (MarkGone(opened.Failure)) { } // at once, with no version
                        else if (IsPassing(opened.Failure)) failed = Failed("list", opened.Failure);
                        else (inPages, failed) = (true, FallsBack(opened.Failure));
                        break;
                    }
                    case State.MustList:
                        nextPage = null;
                        state = State.Paging;
                        yield return new(WatchEventKind.ListStarted);
                        break;

                    case State.StreamingList:
                    {
                        var line = await stream!.Next();
                        switch (line.Kind)
                        {
                            case WatchLineKind.Added or WatchLineKind.Modified:
                                yield return new(WatchEventKind.Listed, line.Object);
                                break;
                            case WatchLineKind.Deleted:
                                yield return new(WatchEventKind.Deleted, line.Object);
                                break;
                            case WatchLineKind.InitialListEnd:
                                (_version, _versionIsGone, state) = (line.Version, false, State.Watching);
                                yield return new(WatchEventKind.ListCompleted, Version: line.Version);
                                break;
                            case WatchLineKind.Bookmark:
                                break;
                            case var ended:
                                state = State.MustList;
                                if (line.Failure is { } why && MarkGone(why)) break; // at once, with no version
                                inPages = ended is WatchLineKind.Ended ? stream.Events is 0 && stream.Age < s_veryShort
                                    : ended is WatchLineKind.Garbled || (ended is WatchLineKind.Error && !line.Failure!.IsTooManyRequests);
                                failed = inPages ? FallsBack(line.Failure ?? Unfinished) : Failed("list", line.Failure ?? Unfinished);
                                break;
                        }
                        break;
                    }
                    case State.Paging:
                    {
                        var page = await api.SendAsync(HttpMethod.Get, PagePath(nextPage, inOnePiece), resource.List!, default, null, stop);
                        if (page.IsSuccess)
                        {
                            foreach (var item in page.Value.Items ?? []) yield return new(WatchEventKind.Listed, item);
                            nextPage = page.Value.Metadata.Continue;
                            if (!string.IsNullOrEmpty(nextPage))
                            {
                                _serverPages |= _version is 0 && !_versionIsGone;
                                break;
                            }
                            (_version, _versionIsGone, state) = (page.Value.Metadata.ResourceVersion, false, State.Listed);
                            (inPages, inOnePiece) = (false, false);
                            yield return new(WatchEventKind.ListCompleted, Version: _version);
                            break;
                        }
                        state = State.MustList;
                        // Pages that expire while they are read would do so again: the whole list in one piece cannot.
                        if (page.Failure.IsExpired && !string.IsNullOrEmpty(nextPage)) (inPages, inOnePiece) = (true, true);
                        else if (!MarkGone(page.Failure)) (inPages, inOnePiece, failed) = (false, false, Failed("list", page.Failure));
                        break;
                    }
                    case State.Listed:
                    {
                        var opened = await Open(WatchPath(), stop);
                        if (opened.IsSuccess) (stream, state) = (opened.Value, State.Watching);
                        else
                        {
                            if (!IsPassing(opened.Failure)) state = State.MustList;
                            failed = FailedWatch(opened.Failure);
                        }
                        break;
                    }
                    case State.Watching:
                    {
                        var line = await stream!.Next();
                        switch (line.Kind)
                        {
                            case WatchLineKind.Added or WatchLineKind.Modified:
                                Heard(line);
                                yield return new(WatchEventKind.Applied, line.Object);
                                break;
                            case WatchLineKind.Deleted:
                                Heard(line);
                                yield return new(WatchEventKind.Deleted, line.Object);
                                break;
                            case WatchLineKind.Bookmark or WatchLineKind.InitialListEnd:
                                Heard(line);
                                yield return new(WatchEventKind.Progressed, Version: line.Version);
                                break;
                            case WatchLineKind.Error:
                                state = line.Failure!.IsTooManyRequests ? State.Listed : State.MustList;
                                failed = FailedWatch(line.Failure);
                                break;
                            case WatchLineKind.Ended when stream.Events is 0 && stream.Age < s_veryShort:
                                state = State.MustList;
                                failed = Failed("watch", VeryShort);
                                break;
                            case WatchLineKind.Ended:
                                state = State.Listed;
                                break;
                            case WatchLineKind.Garbled:
                                // The next watch would bring the same line again: only a list gets past it.
                                state = State.MustList;
                                failed = Failed("watch", line.Failure!);
                                break;
                            default:
                                // Broken. The events up to here are known: go on after them, without a list.
                                state = State.Listed;
                                failed = Failed("watch", line.Failure!);
                                break;
                        }
                        break;
                    }
                    default:
                        throw new InvalidOperationException($"a watch in state {state}");
                }
                if (stream is not null && state is not (State.StreamingList or State.Watching))
                {
                    await stream.DisposeAsync();
                    stream = null;
                }
                if (failed is null) continue;
                yield return new(WatchEventKind.Failed, Failure: failed);
                if (failed.Delay > TimeSpan.Zero) await Task.Delay(failed.Delay, time, stop);
            }
        }
        finally
        {
            if (stream is not null) await stream.DisposeAsync();
        }
    }

    private static ApiFailure Unfinished { get; } = ApiFailure.WithoutAnswer("the stream ended before the list was complete");

    private static ApiFailure VeryShort { get; } = ApiFailure.WithoutAnswer("the server closed the watch at once, without an event");

    /// <summary>Faults that pass by waiting, with everything known still true.</summary>
    private static bool IsPassing(ApiFailure failure) => failure.IsWithoutAnswer || failure.IsTooManyRequests;

    /// <summary>Remembers that the version is not to be had. True when that is news, so that another try makes sense at once.</summary>
    private bool MarkGone(ApiFailure failure)
    {
        if (!(failure.IsExpired || failure.IsVersionTooLarge) || _versionIsGone) return false;
        return _versionIsGone = true;
    }

    /// <summary>Follows the stream: versions of the unordered burst with which a watch from "any" begins are not trusted (common contract 9.5).</summary>
    private void Heard(in WatchLine<T> line)
    {
        if (line.Version > 0 && (_version > 0 || line.Kind is not WatchLineKind.Added)) _version = line.Version;
    }

    /// <summary>What to report of a watch that failed: nothing where its version merely expired, which happens, and a list helps at once.</summary>
    private WatchFailure? FailedWatch(ApiFailure failure)
    {
        if (!failure.IsExpired) return Failed("watch", failure);
        var isFirst = _expiredAt is not { } last || time.GetElapsedTime(last) > WatchBackoff.Quiet;
        _expiredAt = time.GetTimestamp();
        // Soon after such a list another one is no help, whatever was heard in between: the server is out of order and wants to be spared.
        return isFirst ? null : Failed("watch", failure);
    }

    private WatchFailure Failed(string verb, ApiFailure failure)
    {
        var (pause, asked) = (_backoff.Next(), failure.RetryAfter ?? TimeSpan.Zero);
        return new($"{verb} {resource.Plural}", failure, pause > asked ? pause : asked);
    }

    private WatchFailure FallsBack(ApiFailure failure) => new($"stream the list of {resource.Plural}", failure, TimeSpan.Zero, FallsBack: true);

    private async Task<ApiResult<WatchStream<T>>> Open(string path, CancellationToken stop)
    {
        var limit = TimeSpan.FromSeconds(options.ShortestWatch.TotalSeconds * (1 + options.Random()));
        var opened = await api.OpenAsync($"{path}&timeoutSeconds={(int)limit.TotalSeconds}", stop);
        return opened.IsSuccess
            ? await WatchStream<T>.From(opened.Value, resource.Item, limit + s_silenceMargin, time, stop)
            : opened.Failure;
    }

    private string InitialListPath() =>
        $"{Collection}watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        + (_version is 0 || _versionIsGone ? "" : $"&resourceVersion={_version}");

    private string WatchPath() => $"{Collection}watch=true&allowWatchBookmarks=true&resourceVersion={_version}";

    private string PagePath(string? next, bool inOnePiece)
    {
        var limit = inOnePiece ? "" : $"limit={PageSize}";
        if (!string.IsNullOrEmpty(next)) return $"{Collection}{limit}&continue={Uri.EscapeDataString(next)}";
        if (_versionIsGone) return $"{Collection}{limit}";
        if (_version is 0) return inOnePiece ? $"{Collection}resourceVersion=0" : $"{Collection}resourceVersion=0&{limit}";
        // A version other than 0 is asked for without pages, so that the server's cache can answer, if it has one.
        var path = $"{Collection}resourceVersion={_version}&resourceVersionMatch=NotOlderThan";
        return _serverPages && !inOnePiece ? $"{path}&{limit}" : path;
    }

    private string Collection =>
        (options.Namespace is { } ns ? resource.In(ns) : resource.CollectionPath) + "?"
        + (options.LabelSelector is { } selector ? $"labelSelector={Uri.EscapeDataString(selector)}&" : "");
}
