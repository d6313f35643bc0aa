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
    private bool _streamsLists = options.StreamsLists;
    private ulong _version; // the last one seen; 0 is "any"
    private bool _versionIsGone; // the server does not know it (any more): ask for the newest state

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
        try
        {
            while (!stop.IsCancellationRequested)
            {
                WatchFailure? failed = null;
                switch (state)
                {
                    case State.MustList when _streamsLists:
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
                        else _streamsLists = false; // this server cannot; pages it is
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
                                if (ended is WatchLineKind.Ended && stream.Events is 0 && stream.Age < s_veryShort) _streamsLists = false;
                                else if (!(line.Failure is { } why && MarkGone(why))) failed = Failed("list", line.Failure ?? Unfinished);
                                state = State.MustList;
                                break;
                        }
                        break;
                    }
                    case State.Paging:
                    {
                        var page = await api.SendAsync(HttpMethod.Get, PagePath(nextPage), resource.List!, default, null, stop);
                        if (page.IsSuccess)
                        {
                            foreach (var item in page.Value.Items) yield return new(WatchEventKind.Listed, item);
                            nextPage = page.Value.Metadata.Continue;
                            if (!string.IsNullOrEmpty(nextPage)) break;
                            (_version, _versionIsGone, state) = (page.Value.Metadata.ResourceVersion, false, State.Listed);
                            yield return new(WatchEventKind.ListCompleted, Version: _version);
                        }
                        else
                        {
                            state = State.MustList;
                            if (!MarkGone(page.Failure)) failed = Failed("list", page.Failure);
                        }
                        break;
                    }
                    case State.Listed:
                    {
                        var opened = await Open(WatchPath(), stop);
                        if (opened.IsSuccess) (stream, state) = (opened.Value, State.Watching);
                        else
                        {
                            if (!IsPassing(opened.Failure)) state = State.MustList;
                            if (!(state is State.MustList && opened.Failure.IsExpired)) failed = Failed("watch", opened.Failure);
                        }
                        break;
                    }
                    case State.Watching:
                    {
                        var line = await stream!.Next();
                        switch (line.Kind)
                        {
                            case WatchLineKind.Added or WatchLineKind.Modified:
                                _version = line.Version;
                                yield return new(WatchEventKind.Applied, line.Object);
                                break;
                            case WatchLineKind.Deleted:
                                _version = line.Version;
                                yield return new(WatchEventKind.Deleted, line.Object);
                                break;
                            case WatchLineKind.Bookmark or WatchLineKind.InitialListEnd:
                                _version = line.Version;
                                yield return new(WatchEventKind.Progressed, Version: line.Version);
                                break;
                            case WatchLineKind.Error:
                                state = line.Failure!.IsTooManyRequests ? State.Listed : State.MustList;
                                if (!line.Failure.IsExpired) failed = Failed("watch", line.Failure);
                                break;
                            case WatchLineKind.Ended when stream.Events is 0 && stream.Age < s_veryShort:
                                state = State.MustList;
                                failed = Failed("watch", VeryShort);
                                break;
                            case WatchLineKind.Ended:
                                state = State.Listed;
                                break;
                            case var broken:
                                // The events up to here are known: go on after them, without a list.
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
                await Task.Delay(failed.Delay, time, stop);
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

    private WatchFailure Failed(string verb, ApiFailure failure) => new($"{verb} {resource.Plural}", failure, _backoff.Next());

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

    private string PagePath(string? next)
    {
        if (!string.IsNullOrEmpty(next)) return $"{Collection}limit={PageSize}&continue={Uri.EscapeDataString(next)}";
        if (_versionIsGone) return $"{Collection}limit={PageSize}";
        // A version other than 0 is asked for without pages, so that the server's cache can answer.
        return _version is 0 ? $"{Collection}resourceVersion=0&limit={PageSize}" : $"{Collection}resourceVersion={_version}&resourceVersionMatch=NotOlderThan";
    }

    private string Collection =>
        (options.Namespace is { } ns ? resource.In(ns) : resource.CollectionPath) + "?"
        + (options.LabelSelector is { } selector ? $"labelSelector={Uri.EscapeDataString(selector)}&" : "");
}
