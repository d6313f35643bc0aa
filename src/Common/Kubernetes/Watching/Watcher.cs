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
/// <remarks>
/// An object that its model cannot read holds up nobody else: it is told as <see cref="WatchEventKind.Unreadable"/> and passed by, and
/// read anew when it changes. What it was before is neither to be acted on (it may be wished away by now: a volume would be attached that
/// is to be detached) nor to be taken for gone (a volume would be deleted because nobody knows any more that it is attached). So an
/// <see cref="Caching.ObjectStore{T}"/> keeps the last state of the same incarnation, or what can be read of it, where other objects are
/// referred to, in its indexes, and shows it to nobody who asks for the object itself.
/// </remarks>
/// <typeparam name="T">Kind of the objects.</typeparam>
public sealed class Watcher<T>(ApiClient api, Resource<T> resource, WatcherOptions options, TimeProvider time) where T : KubeObject
{
    /// <summary>Objects in a page of a list.</summary>
    private const int PageSize = 500;

    /// <summary>A watch that ends sooner, without an event, is a server that cannot serve it.</summary>
    private static readonly TimeSpan s_veryShort = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Openings of a watch in a row that a server in trouble (or one that restarts behind a load balancer) may refuse before a list is tried:
    /// the better part of five minutes. The known version is still good, and a list is what such a server can least bear of everybody at once.
    /// </summary>
    private const int MostRefusals = 10;

    private readonly WatchBackoff _backoff = new(time, options.Random);
    private ulong _version; // the last one seen; 0 is "any"
    private bool _versionIsGone; // the server does not know it (any more): ask for the newest state
    private bool _isPaged; // lists come in pages here, or do not get to their end otherwise
    private bool _isUnselected; // the server does not select by the fields we wish for
    private int _refusals; // of a watch, in a row
    private long? _expiredAt; // when a watch was last told that its version is gone

    private enum State
    {
        MustList,
        StreamingList,
        MustReadPage,
        ReadingPage,
        Listed,
        Watching,
    }

    /// <summary>How a list is asked for.</summary>
    private enum ListMode
    {
        Streamed,
        Paged,

        /// <summary>Without pages: they would expire while they are read.</summary>
        InOnePiece,
    }

    private ListMode Preferred => options.StreamsLists ? ListMode.Streamed : ListMode.Paged;

    /// <summary>The events, until <paramref name="stop"/>. May be enumerated once.</summary>
    public async IAsyncEnumerable<WatchEvent<T>> Events([EnumeratorCancellation] CancellationToken stop)
    {
        var (state, mode) = (State.MustList, Preferred);
        WatchStream<T>? stream = null;
        ListPage<T>? page = null;
        string? nextPage = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                WatchFailure? failed = null;
                switch (state)
                {
                    case State.MustList when mode is ListMode.Streamed:
                    {
                        var opened = await Open(InitialListPath(), api.LongestSilence, stop);
                        if (opened.IsSuccess)
                        {
                            stream = opened.Value;
                            state = State.StreamingList;
                            yield return new(WatchEventKind.ListStarted);
                        }
                        else if (MarkGone(opened.Failure)) { } // at once, with no version
                        else if (MarkUnselected(opened.Failure)) failed = Unselected(opened.Failure);
                        else if (IsPassing(opened.Failure)) failed = Failed("list", opened.Failure);
                        else (mode, failed) = (ListMode.Paged, FallsBack(opened.Failure));
                        break;
                    }
                    case State.MustList:
                        nextPage = null;
                        state = State.MustReadPage;
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
                            case WatchLineKind.Unreadable or WatchLineKind.DeletedUnreadable:
                                yield return Unreadable(line);
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
                                // A list that did not get to its end in the time of a stream would not do so the next time either; pages have no such time.
                                var isTooLong = ended is WatchLineKind.Ended && stream.IsOver;
                                _isPaged |= isTooLong;
                                var another = ended is WatchLineKind.Ended ? isTooLong || (stream.Events is 0 && stream.Age < s_veryShort)
                                    : ended is WatchLineKind.Garbled || (ended is WatchLineKind.Error && !line.Failure!.IsTooManyRequests);
                                mode = another ? ListMode.Paged : Preferred;
                                failed = another ? FallsBack(line.Failure ?? Unfinished) : Failed("list", line.Failure ?? Unfinished);
                                break;
                        }
                        break;
                    }
                    case State.MustReadPage:
                    {
                        var opened = await api.OpenListAsync(PagePath(nextPage, mode), stop);
                        if (opened.IsSuccess)
                        {
                            (page, state) = (new ListPage<T>(opened.Value, resource.Item, api.LongestSilence), State.ReadingPage);
                            break;
                        }
                        state = State.MustList;
                        // Pages that expire while they are read would do so again: the whole list in one piece cannot.
                        if (opened.Failure.IsExpired && !string.IsNullOrEmpty(nextPage)) mode = ListMode.InOnePiece;
                        else if (MarkUnselected(opened.Failure)) failed = Unselected(opened.Failure);
                        else if (!MarkGone(opened.Failure)) (mode, failed) = (Preferred, Failed("list", opened.Failure));
                        break;
                    }
                    case State.ReadingPage:
                    {
                        var line = await page!.Next();
                        switch (line.Kind)
                        {
                            case WatchLineKind.Added:
                                yield return new(WatchEventKind.Listed, line.Object);
                                break;
                            case WatchLineKind.Unreadable:
                                yield return Unreadable(line);
                                break;
                            case WatchLineKind.Ended when page.Metadata.Continue is { Length: > 0 } next:
                                (nextPage, state) = (next, State.MustReadPage);
                                _isPaged |= _version is 0 && !_versionIsGone; // the server's cache would have answered in one piece
                                break;
                            case WatchLineKind.Ended:
                                (_version, _versionIsGone, state, mode) = (page.Metadata.ResourceVersion, false, State.Listed, Preferred);
                                yield return new(WatchEventKind.ListCompleted, Version: _version);
                                break;
                            default:
                                // Some servers end whatever takes a minute, and one piece of everything may take that long.
                                if (string.IsNullOrEmpty(nextPage) && mode is not ListMode.InOnePiece) (_isPaged, _versionIsGone) = (true, _versionIsGone || _version is 0);
                                (state, mode, failed) = (State.MustList, Preferred, Failed("list", line.Failure!));
                                break;
                        }
                        break;
                    }
                    case State.Listed:
                    {
                        var opened = await Open(WatchPath(), listSilence: null, stop);
                        if (opened.IsSuccess) (stream, state, _refusals) = (opened.Value, State.Watching, 0);
                        else
                        {
                            if (MarkUnselected(opened.Failure)) (state, _refusals, failed) = (State.MustList, 0, Unselected(opened.Failure));
                            else if (!IsPassing(opened.Failure) && !(IsTrouble(opened.Failure) && ++_refusals <= MostRefusals))
                                (state, _refusals) = (State.MustList, 0);
                            failed ??= FailedWatch(opened.Failure);
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
                            case WatchLineKind.Unreadable or WatchLineKind.DeletedUnreadable:
                                Heard(line);
                                yield return Unreadable(line);
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
                if (page is not null && state is not State.ReadingPage)
                {
                    await page.DisposeAsync();
                    page = null;
                }
                if (failed is null) continue;
                yield return new(WatchEventKind.Failed, Failure: failed);
                if (failed.Delay > TimeSpan.Zero) await Task.Delay(failed.Delay, time, stop);
            }
        }
        finally
        {
            if (stream is not null) await stream.DisposeAsync();
            if (page is not null) await page.DisposeAsync();
        }
    }

    private static WatchEvent<T> Unreadable(in WatchLine<T> line) => new(
        line.Kind is WatchLineKind.DeletedUnreadable ? WatchEventKind.DeletedUnreadable : WatchEventKind.Unreadable, line.Object, line.Version, Unreadable: line.Unreadable);

    private static ApiFailure Unfinished { get; } = ApiFailure.WithoutAnswer("the stream ended before the list was complete");

    private static ApiFailure VeryShort { get; } = ApiFailure.WithoutAnswer("the server closed the watch at once, without an event");

    /// <summary>Faults that pass by waiting, with everything known still true.</summary>
    private static bool IsPassing(ApiFailure failure) => failure.IsWithoutAnswer || failure.IsTooManyRequests;

    /// <summary>
    /// The server, what stands before it, or its notion of who we are is not in order. Nothing is said of the version, from which a later watch
    /// brings all that happened meanwhile, or says that it cannot.
    /// </summary>
    private static bool IsTrouble(ApiFailure failure) =>
        !failure.IsExpired && !failure.IsVersionTooLarge && (failure.Code >= 500 || failure.Code is 401 || failure.IsForbidden);

    /// <summary>Remembers that the version is not to be had. True when that is news, so that another try makes sense at once.</summary>
    private bool MarkGone(ApiFailure failure)
    {
        if (!(failure.IsExpired || failure.IsVersionTooLarge) || _versionIsGone) return false;
        return _versionIsGone = true;
    }

    /// <summary>
    /// Remembers that the server does not select by the fields we wish for, as where a custom resource does not declare them, or not any more. True when
    /// that is news, so that asking for all makes sense at once. Such a server says that the request is a bad one.
    /// </summary>
    private bool MarkUnselected(ApiFailure failure)
    {
        if (failure.Code is not 400 || options.FieldSelector is null || _isUnselected) return false;
        return _isUnselected = true;
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

    private WatchFailure Unselected(ApiFailure failure) =>
        new($"select {resource.Plural} by {options.FieldSelector}", failure, TimeSpan.Zero, FallsBack: true);

    private async Task<ApiResult<WatchStream<T>>> Open(string path, TimeSpan? listSilence, CancellationToken stop)
    {
        var limit = TimeSpan.FromSeconds(options.ShortestWatch.TotalSeconds * (1 + options.Random()));
        var opened = await api.OpenAsync($"{path}&timeoutSeconds={(int)limit.TotalSeconds}", stop);
        return opened.IsSuccess
            ? await WatchStream<T>.From(opened.Value, resource.Item, limit, listSilence, time, stop)
            : opened.Failure;
    }

    private string InitialListPath() =>
        $"{Collection}watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        + (_version is 0 || _versionIsGone ? "" : $"&resourceVersion={_version}");

    private string WatchPath() => $"{Collection}watch=true&allowWatchBookmarks=true&resourceVersion={_version}";

    private string PagePath(string? next, ListMode mode)
    {
        var inOnePiece = mode is ListMode.InOnePiece;
        var limit = inOnePiece ? "" : $"limit={PageSize}";
        if (!string.IsNullOrEmpty(next)) return $"{Collection}{limit}&continue={Uri.EscapeDataString(next)}";
        if (_versionIsGone) return $"{Collection}{limit}";
        if (_version is 0) return inOnePiece ? $"{Collection}resourceVersion=0" : $"{Collection}resourceVersion=0&{limit}";
        // A version other than 0 is asked for without pages, so that the server's cache can answer, if it has one.
        var path = $"{Collection}resourceVersion={_version}&resourceVersionMatch=NotOlderThan";
        return _isPaged && !inOnePiece ? $"{path}&{limit}" : path;
    }

    private string Collection =>
        (options.Namespace is { } ns ? resource.In(ns) : resource.CollectionPath) + "?"
        + (options.LabelSelector is { } selector ? $"labelSelector={Uri.EscapeDataString(selector)}&" : "")
        + (options.FieldSelector is { } fields && !_isUnselected ? $"fieldSelector={Uri.EscapeDataString(fields)}&" : "");
}
