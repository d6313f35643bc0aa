using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Tests.Http;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Watching;

/// <summary>The protocol, line by line, against a server that says exactly what the test wants.</summary>
public sealed class WatcherTests
{
    private const string Stream = "/apis/storage.k8s.io/v1/storageclasses?watch=true&allowWatchBookmarks=true";
    private const string Lists = "/apis/storage.k8s.io/v1/storageclasses?";

    private readonly ObservedTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private ScriptedApi _api = null!;
    private ApiClient _client = null!;
    private IAsyncEnumerator<WatchEvent<StorageClass>> _events = null!;
    private Func<Task> _lastMove = () => Task.CompletedTask;

    [SetUp]
    public async Task Start()
    {
        _api = await ScriptedApi.Start();
        _client = _api.Client(_time);
        Watch(new WatcherOptions { Random = () => 0 });
    }

    [TearDown]
    public async Task Stop()
    {
        await _stop.CancelAsync();
        try
        {
            await _lastMove().WithinLimit(); // an iterator must not be disposed while it runs
        }
        catch (OperationCanceledException)
        {
            // Stopped while it waited for more.
        }
        await _events.DisposeAsync();
        _client.Dispose();
        await _api.DisposeAsync();
        _stop.Dispose();
    }

    [Test]
    public async Task A_streamed_list_turns_into_the_watch_on_the_same_connection()
    {
        var next = Next();
        var stream = await _api.Request();
        Assert.That(stream.Target, Is.EqualTo(Stream + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=300"));
        await stream.Open();
        await stream.Send(Line("ADDED", "a", 3) + Line("ADDED", "b", 5) + Line("DELETED", "b", 6) + ListEnd(7) + Line("MODIFIED", "a", 8) + Line("DELETED", "a", 9) + Bookmark(12));
        Assert.That(new[] { await next, await Next(), await Next(), await Next(), await Next(), await Next(), await Next(), await Next() },
            Is.EqualTo(new[] { "ListStarted", "Listed a3", "Listed b5", "Deleted b6", "ListCompleted 7", "Applied a8", "Deleted a9", "Progressed 12" }));

        next = Next();
        stream.End();
        Assert.That((await _api.Request()).Target, Is.EqualTo(Stream + "&resourceVersion=12&timeoutSeconds=300"), "a clean end resumes at the bookmark, without a list");
    }

    [Test]
    public async Task A_server_without_streamed_lists_is_asked_for_pages()
    {
        var next = Next();
        await (await _api.Request()).Refuse(422, "Invalid");
        Assert.That(await next, Is.EqualTo("Failed 422 0"), "told, and no reason to wait");
        next = NextBut("ListStarted");
        var page = await _api.Request();
        Assert.That(page.Target, Is.EqualTo(Lists + "resourceVersion=0&limit=500"));
        await page.Reply(200, List(4, "t/1", ("a", 3)));
        Assert.That(await next, Is.EqualTo("Listed a3"));
        next = Next();
        page = await _api.Request();
        Assert.That(page.Target, Is.EqualTo(Lists + "limit=500&continue=t%2F1"));
        await page.Reply(200, List(4, null, ("b", 4)));
        Assert.That(new[] { await next, await Next() }, Is.EqualTo(new[] { "Listed b4", "ListCompleted 4" }));
        next = Next();
        var watch = await _api.Request();
        Assert.That(watch.Target, Is.EqualTo(Stream + "&resourceVersion=4&timeoutSeconds=300"));

        // The next round decides anew, and remembers that this server's lists come in pages.
        await watch.Refuse(410, "Expired");
        Assert.That(await Streaming(), Does.Contain("resourceVersion=4"));
        Assert.That(await next, Is.EqualTo("Failed 422 0"));
        next = NextBut("ListStarted");
        Assert.That((await _api.Request()).Target, Is.EqualTo(Lists + "resourceVersion=4&resourceVersionMatch=NotOlderThan&limit=500"));

        async Task<string> Streaming()
        {
            var request = await _api.Request();
            await request.Refuse(422, "Invalid");
            return request.Target;
        }
    }

    [Test]
    public async Task Pages_that_expire_while_they_are_read_become_one_list()
    {
        Watch(new WatcherOptions { Random = () => 0, StreamsLists = false });
        var next = NextBut("ListStarted");
        await (await _api.Request()).Reply(200, List(4, "more", ("a", 3)));
        Assert.That(await next, Is.EqualTo("Listed a3"));
        next = Next();
        await (await _api.Request()).Refuse(410, "Expired");
        Assert.That(await next, Is.EqualTo("ListStarted"));
        next = Next();
        var list = await _api.Request();
        Assert.That(list.Target, Is.EqualTo(Lists + "resourceVersion=0"));
        await list.Reply(200, """{"metadata":{"resourceVersion":"9"},"items":null}""");
        Assert.That(await next, Is.EqualTo("ListCompleted 9"));
    }

    [Test]
    public async Task A_version_the_server_does_not_have_yet_is_given_up_at_once()
    {
        var stream = await Listed(7);
        var next = Next();
        await stream.Send($$"""{"type":"ERROR","object":{{ScriptedRequest.StatusText(410, "Expired")}}}""" + "\n");
        var list = await _api.Request();
        Assert.That(list.Target, Does.Contain("&resourceVersion=7&"), "an expired watch lists from where it was");
        await list.Refuse(504, "Timeout", retryAfter: 1, cause: "ResourceVersionTooLarge");
        list = await _api.Request();
        Assert.That(list.Target, Does.Not.Contain("resourceVersion="));
        await list.Open();
        await list.Send(ListEnd(3));
        Assert.That(new[] { await next, await Next() }, Is.EqualTo(new[] { "ListStarted", "ListCompleted 3" }));
    }

    [Test]
    public async Task A_server_whose_watches_always_expire_is_spared()
    {
        var stream = await Listed(7);
        var next = Next();
        await stream.Send($$"""{"type":"ERROR","object":{{ScriptedRequest.StatusText(410, "Expired")}}}""" + "\n");
        stream = await _api.Request();
        await stream.Open();
        await stream.Send(ListEnd(8) + $$"""{"type":"ERROR","object":{{ScriptedRequest.StatusText(410, "Expired")}}}""" + "\n");
        Assert.That(new[] { await next, await Next(), await Next() }, Is.EqualTo(new[] { "ListStarted", "ListCompleted 8", "Failed 410 0.8" }));
    }

    [Test]
    public async Task A_server_whose_watches_always_expire_is_spared_though_something_is_heard_in_between()
    {
        var stream = await Listed(7);
        var pauses = new List<string>();
        var expired = $$"""{"type":"ERROR","object":{{ScriptedRequest.StatusText(410, "Expired")}}}""" + "\n";
        var next = Next();
        await stream.Send(Line("ADDED", "a", 8) + expired);
        Assert.That(await next, Is.EqualTo("Applied a8"));
        for (var round = 0; round < 8; round++)
        {
            next = Next();
            if (round > 0) await _time.Pass(d => d.TotalSeconds is > 0.5 and < 31);
            stream = await _api.Request();
            await stream.Open();
            await stream.Send(ListEnd(8) + Line("MODIFIED", "a", 9) + expired);
            Assert.That(new[] { await next, await Next(), await Next() }, Is.EqualTo(new[] { "ListStarted", "ListCompleted 8", "Applied a9" }));
            pauses.Add(await Next());
        }
        Assert.That(pauses.Select(p => p.Split(' ')[2]), Is.EqualTo(new[] { "0.8", "1.6", "3.2", "6.4", "12.8", "25.6", "30", "30" }));

        // After two quiet minutes it merely happened.
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(30));
        stream = await _api.Request();
        await stream.Open();
        await stream.Send(ListEnd(8));
        Assert.That(new[] { await next, await Next() }, Is.EqualTo(new[] { "ListStarted", "ListCompleted 8" }));
        next = Next();
        _time.Advance(TimeSpan.FromSeconds(121));
        await stream.Send(expired);
        stream = await _api.Request();
        await stream.Open();
        Assert.That(await next, Is.EqualTo("ListStarted"));
    }

    [Test]
    public async Task A_slow_list_is_read_to_its_end_however_long_it_takes([Values] bool streams)
    {
        Watch(new WatcherOptions { Random = () => 0, StreamsLists = streams });
        var next = streams ? Next() : NextBut("ListStarted");
        var list = await _api.Request();
        await list.Open();
        var (begin, end) = streams ? ("", ListEnd(99)) : ("""{"metadata":{"resourceVersion":"99"},"items":[""", "]}");
        await list.Send(begin);
        if (streams) Assert.That(await next, Is.EqualTo("ListStarted"));
        for (var i = 0; i < 10; i++)
        {
            if (streams || i > 0) next = Next();
            var text = streams ? Line("ADDED", "a", 3) : (i > 0 ? "," : "") + Class("a", 3);
            await list.Send(text[..20]); // nor is it the whole of an object that has to come in time
            await _time.TimerSet(d => d == TimeSpan.FromSeconds(60));
            _time.Advance(TimeSpan.FromSeconds(28));
            await list.Send(text[20..]);
            Assert.That(await next, Is.EqualTo("Listed a3"));
        }
        next = Next();
        await list.Send(end);
        list.End();
        Assert.That(await next, Is.EqualTo("ListCompleted 99"));
    }

    [Test]
    public async Task A_list_that_falls_silent_is_given_up_after_the_time_limit_and_begun_again([Values] bool streams)
    {
        Watch(new WatcherOptions { Random = () => 0, StreamsLists = streams });
        var next = NextBut("ListStarted");
        var list = await _api.Request();
        await list.Open();
        await list.Send(streams ? Line("ADDED", "a", 3) : """{"items":[""" + Class("a", 3));
        Assert.That(await next, Is.EqualTo("Listed a3"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(60));
        Assert.That(await next, Is.EqualTo("Failed 0 0.8"));
        next = streams ? Next() : NextBut("ListStarted");
        await _time.Pass(TimeSpan.FromSeconds(0.8));
        Assert.That((await _api.Request()).Target, streams ? Does.Contain("sendInitialEvents=true") : Does.EndWith("?limit=500"), "in one piece it may take too long");
    }

    [Test]
    public async Task A_list_that_takes_longer_than_a_stream_lives_is_asked_for_in_pages()
    {
        var next = NextBut("ListStarted");
        var list = await _api.Request();
        await list.Open();
        for (var i = 0; i < 10; i++)
        {
            await list.Send(Line("ADDED", "a", 3));
            Assert.That(await next, Is.EqualTo("Listed a3"));
            next = Next();
            await _time.TimerSet(d => d == TimeSpan.FromSeconds(60));
            _time.Advance(TimeSpan.FromSeconds(30));
        }
        list.End();
        Assert.That(await next, Is.EqualTo("Failed 0 0"));
        next = NextBut("ListStarted");
        Assert.That((await _api.Request()).Target, Is.EqualTo(Lists + "resourceVersion=0&limit=500"));
    }

    [TestCase(true, null, "gzip")]
    [TestCase(null, null, "")]
    [TestCase(null, "https://10.96.0.1", "gzip")]
    public async Task Lists_are_asked_for_packed_where_the_way_is_long(bool? asked, string? server, string expected)
    {
        string? sent = null;
        var address = ClusterAddress.Find("", server ?? _api.Url).Address!;
        using var handler = new Recorder(request => sent = string.Join(',', request.Headers.AcceptEncoding));
        using var client = new ApiClient(address, new ApiClientOptions { UserAgent = "test", PacksLists = asked }, _time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, handler);
        await using (var body = (await client.OpenListAsync("/x", default).WithinLimit()).Value!) Assert.That(sent, Is.EqualTo(expected));
        using (var watch = (await client.OpenAsync("/x", default).WithinLimit()).Value!) Assert.That(sent, Is.Empty, "nobody packs a watch");
    }

    [Test]
    public async Task One_object_that_cannot_be_read_holds_up_nobody([Values] bool streams)
    {
        const string bad = """{"metadata":{"name":"x","uid":"u","resourceVersion":"4"},"provisioner":["secret"]}""";
        Watch(new WatcherOptions { Random = () => 0, StreamsLists = streams });
        var next = NextBut("ListStarted");
        var list = await _api.Request();
        await list.Open();
        await list.Send(streams
            ? Line("ADDED", "a", 3) + $$"""{"type":"ADDED","object":{{bad}}}""" + "\n" + Line("ADDED", "b", 5) + ListEnd(7)
            : $$"""{"metadata":{"resourceVersion":"7"},"items":[{{Class("a", 3)}},{{bad}},{{Class("b", 5)}}]}""");
        if (!streams) list.End();
        Assert.That(new[] { await next, await Next(), await Next(), await Next() }, Is.EqualTo(new[] { "Listed a3", "Unreadable x4", "Listed b5", "ListCompleted 7" }));
        next = Next();
        var watch = streams ? list : await _api.Request();
        if (!streams) await watch.Open();
        await watch.Send($$"""{"type":"MODIFIED","object":{{bad.Replace("4", "8", StringComparison.Ordinal)}}}""" + "\n" + Line("MODIFIED", "x", 9)
            + $$"""{"object":{{bad.Replace("4", "10", StringComparison.Ordinal)}},"type":"DELETED"}""" + "\n" + Line("ADDED", "c", 11));
        Assert.That(await next, Is.EqualTo("Unreadable x8"));
        Assert.That(_events.Current.Unreadable, Is.EqualTo(new UnreadableObject(new ObjectKey(null, "x"), "u", 8, "$.provisioner: expected a string, found StartArray")), "what, and no value");
        Assert.That(new[] { await Next(), await Next(), await Next() }, Is.EqualTo(new[] { "Applied x9", "DeletedUnreadable x10", "Applied c11" }));
    }

    [TestCase(429, "TooManyRequests", "&resourceVersion=7&timeoutSeconds=300", Description = "goes on watching")]
    [TestCase(500, "InternalError", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=7&timeoutSeconds=300", Description = "lists anew")]
    public async Task An_error_event_waits(int code, string reason, string then)
    {
        var stream = await Listed(7);
        var next = Next();
        await stream.Send($$"""{"object":{{ScriptedRequest.StatusText(code, reason)}},"type":"ERROR"}""" + "\n");
        Assert.That(await next, Is.EqualTo($"Failed {code} 0.8"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(0.8));
        Assert.That((await _api.Request()).Target, Is.EqualTo(Stream + then));
    }

    [Test]
    public async Task A_server_that_names_a_time_to_wait_is_given_it_at_the_start_of_a_list_and_of_a_watch()
    {
        var next = Next();
        await (await _api.Request()).Refuse(429, "TooManyRequests", retryAfter: 9);
        Assert.That(await next, Is.EqualTo("Failed 429 9"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(9));
        var stream = await _api.Request();
        await stream.Open();
        await stream.Send(ListEnd(7));
        Assert.That(new[] { await next, await Next() }, Is.EqualTo(new[] { "ListStarted", "ListCompleted 7" }));
        next = Next();
        _time.Advance(TimeSpan.FromSeconds(2));
        stream.End();
        await (await _api.Request()).Refuse(429, "TooManyRequests", retryAfter: 9);
        Assert.That(await next, Is.EqualTo("Failed 429 9"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(9));
        Assert.That((await _api.Request()).Target, Does.Contain("&resourceVersion=7&"), "and no list was needed");
    }

    [TestCase(401, "Unauthorized")]
    [TestCase(403, "Forbidden")]
    [TestCase(500, "InternalError")]
    [TestCase(502, "BadGateway")]
    [TestCase(503, "ServiceUnavailable")]
    public async Task A_watch_that_a_server_in_trouble_refuses_is_asked_for_again_from_where_it_was_without_a_list(int code, string reason)
    {
        var next = await RefusedWatches(7, 10, code, reason);
        var resumed = await _api.Request();
        Assert.That(resumed.Target, Is.EqualTo(Stream + "&resourceVersion=7&timeoutSeconds=300"));
        await resumed.Open();
        await resumed.Send(Line("ADDED", "a", 8));
        Assert.That(await next, Is.EqualTo("Applied a8"));
    }

    [Test]
    public async Task A_watch_that_is_refused_eleven_times_in_a_row_is_followed_by_a_list()
    {
        var next = await RefusedWatches(7, 11, 500, "InternalError");
        Assert.That((await _api.Request()).Target, Does.Contain("sendInitialEvents=true").And.Contain("&resourceVersion=7&"));
        Assert.That(next.IsCompleted, Is.False);
    }

    [TestCase(410, "Expired", null)]
    [TestCase(504, "Timeout", "ResourceVersionTooLarge")]
    [TestCase(400, "BadRequest", null)]
    public async Task A_watch_that_is_refused_for_its_version_or_as_such_is_followed_by_a_list(int code, string reason, string? cause)
    {
        var stream = await Listed(7);
        var next = Next();
        _time.Advance(TimeSpan.FromSeconds(2));
        stream.End();
        await (await _api.Request()).Refuse(code, reason, cause: cause);
        if (code is not 410)
        {
            Assert.That(await next, Is.EqualTo($"Failed {code} 0.8"));
            _ = Next();
            await _time.Pass(TimeSpan.FromSeconds(0.8));
        }
        Assert.That((await _api.Request()).Target, Does.Contain("sendInitialEvents=true"));
    }

    [Test]
    public async Task A_watch_that_ends_at_once_without_an_event_waits_and_lists()
    {
        var stream = await Listed(7);
        var next = Next();
        _time.Advance(TimeSpan.FromSeconds(2));
        stream.End();
        var watch = await _api.Request();
        await watch.Open();
        watch.End();
        Assert.That(await next, Is.EqualTo("Failed 0 0.8"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(0.8));
        Assert.That((await _api.Request()).Target, Does.Contain("sendInitialEvents=true"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Half_a_line_at_the_end_is_a_cut_and_resumes_without_a_list(bool cleanly)
    {
        var stream = await Listed(7);
        var next = Next();
        await stream.Send(Line("ADDED", "a", 8) + Line("ADDED", "b", 9)[..20]);
        Assert.That(await next, Is.EqualTo("Applied a8"));
        next = Next();
        if (cleanly) stream.End();
        else stream.Cut();
        Assert.That(await next, Is.EqualTo("Failed 0 0.8"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(0.8));
        var resumed = await _api.Request();
        Assert.That(resumed.Target, Is.EqualTo(Stream + "&resourceVersion=8&timeoutSeconds=300"));
        await resumed.Open();
        await resumed.Send(Line("ADDED", "b", 9));
        Assert.That(await next, Is.EqualTo("Applied b9"));
    }

    [TestCase("garbage\n")]
    [TestCase("{\"type\":\"ADDED\"}\n")]
    [TestCase("{\"type\":\"SHRUNK\",\"object\":{}}\n")]
    [TestCase("{\"type\":5,\"object\":{}}\n")]
    [TestCase("{\"type\":\"ADDED\",\"object\":null}\n")]
    [TestCase("{\"type\":\"ADDED\",\"object\":{\"metadata\":7}}\n")]
    public async Task A_line_that_cannot_be_read_is_passed_by_a_list_not_asked_for_again(string line)
    {
        var stream = await Listed(7);
        var next = Next();
        await stream.Send(line);
        Assert.That(await next, Is.EqualTo("Failed 0 0.8"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(0.8));
        Assert.That((await _api.Request()).Target, Does.Contain("sendInitialEvents=true"));
    }

    [Test]
    public async Task A_silent_stream_is_given_up_five_seconds_after_its_time()
    {
        var stream = await Listed(7);
        var next = Next();
        await stream.Send(Line("ADDED", "a", 8));
        Assert.That(await next, Is.EqualTo("Applied a8"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(305));
        Assert.That(await next, Is.EqualTo("Failed 0 0.8"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(0.8));
        Assert.That((await _api.Request()).Target, Is.EqualTo(Stream + "&resourceVersion=8&timeoutSeconds=300"));
    }

    [Test]
    public async Task A_list_that_breaks_off_or_never_ends_is_begun_again()
    {
        var next = Next();
        var stream = await _api.Request();
        await stream.Open();
        await stream.Send(Line("ADDED", "a", 3));
        Assert.That(new[] { await next, await Next() }, Is.EqualTo(new[] { "ListStarted", "Listed a3" }));
        next = Next();
        stream.Cut();
        Assert.That(await next, Is.EqualTo("Failed 0 0.8"));
        next = Next();
        await _time.Pass(TimeSpan.FromSeconds(0.8));
        stream = await _api.Request();
        await stream.Open();
        await stream.Send(ListEnd(4));
        Assert.That(new[] { await next, await Next() }, Is.EqualTo(new[] { "ListStarted", "ListCompleted 4" }));
    }

    [Test]
    public async Task Pauses_double_up_to_half_a_minute_and_begin_anew_after_two_quiet_ones()
    {
        var pauses = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            var next = Next();
            if (i > 0) await _time.Pass(d => d.TotalSeconds is > 0.5 and < 31);
            await (await _api.Request()).Refuse(429, "TooManyRequests");
            pauses.Add(await next);
        }
        Assert.That(pauses.Select(p => p.Split(' ')[2]), Is.EqualTo(new[] { "0.8", "1.6", "3.2", "6.4", "12.8", "25.6", "30" }));
        _time.Advance(TimeSpan.FromSeconds(121));
        var after = Next();
        _time.Advance(TimeSpan.FromSeconds(30));
        await (await _api.Request()).Refuse(429, "TooManyRequests");
        Assert.That(await after, Is.EqualTo("Failed 429 0.8"));
    }

    private void Watch(WatcherOptions options) =>
        _events = new Watcher<StorageClass>(_client, Resources.StorageClasses, options, _time).Events(_stop.Token).GetAsyncEnumerator();

    /// <summary>A watch whose list, empty, was streamed.</summary>
    private async Task<ScriptedRequest> Listed(ulong version)
    {
        var next = Next();
        var stream = await _api.Request();
        await stream.Open();
        await stream.Send(ListEnd(version));
        Assert.That(new[] { await next, await Next() }, Is.EqualTo(new[] { "ListStarted", $"ListCompleted {version}" }));
        return stream;
    }

    /// <summary>A watch that ended and was refused so many times since, each time from the same version; the pause after the last one is over.</summary>
    private async Task<Task<string>> RefusedWatches(ulong version, int times, int code, string reason)
    {
        var stream = await Listed(version);
        var next = Next();
        _time.Advance(TimeSpan.FromSeconds(2));
        stream.End();
        for (var refused = 0; refused < times; refused++)
        {
            var watch = await _api.Request();
            Assert.That(watch.Target, Is.EqualTo(Stream + $"&resourceVersion={version}&timeoutSeconds=300"));
            await watch.Refuse(code, reason);
            Assert.That(await next, Does.StartWith($"Failed {code} "));
            next = Next();
            await _time.Pass(d => d.TotalSeconds is > 0.5 and < 31);
        }
        return next;
    }

    private async Task<string> NextBut(string expectedFirst)
    {
        Assert.That(await Next(), Is.EqualTo(expectedFirst));
        return await Next();
    }

    private async Task<string> Next()
    {
        var move = _events.MoveNextAsync().AsTask();
        _lastMove = () => move;
        Assert.That(await move.WithinLimit(), Is.True);
        var e = _events.Current;
        return e.Failure is { } failed ? FormattableString.Invariant($"{e.Kind} {failed.Failure.Code} {failed.Delay.TotalSeconds:0.#}")
            : e.Unreadable is { } passed ? $"{e.Kind} {passed.Key.Name}{passed.Version}"
            : e.Object is { } item ? $"{e.Kind} {item.Name}{item.Metadata.ResourceVersion}"
            : e.Version > 0 ? $"{e.Kind} {e.Version}" : $"{e.Kind}";
    }

    private sealed class Recorder(Action<HttpRequestMessage> seen) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seen(request);
            return Task.FromResult(new HttpResponseMessage());
        }
    }

    private static string Line(string type, string name, ulong version) => $$"""{"type":"{{type}}","object":{{Class(name, version)}}}""" + "\n";

    private static string Class(string name, ulong version) => $$$"""{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{version}}}"},"provisioner":"p"}""";

    private static string Bookmark(ulong version) => $$$$"""{"type":"BOOKMARK","object":{"kind":"StorageClass","metadata":{"resourceVersion":"{{{{version}}}}"}}}""" + "\n";

    private static string ListEnd(ulong version) =>
        $$$$$"""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"{{{{{version}}}}}","annotations":{"k8s.io/initial-events-end":"true"}}}}""" + "\n";

    private static string List(ulong version, string? next, params (string Name, ulong Version)[] items) =>
        $$$"""{"metadata":{"resourceVersion":"{{{version}}}"{{{(next is null ? "" : $",\"continue\":\"{next}\"")}}}},"items":[{{{string.Join(',', items.Select(i => Class(i.Name, i.Version)))}}}]}""";
}
