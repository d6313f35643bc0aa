using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Hosting.Http;
using Sidecars.Tests.Support;
using Sidecars.Hosting.Metrics;
using Sidecars.Hosting.Tests.Metrics;

namespace Sidecars.Hosting.Tests.Http;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DiagnosticsServerTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly DiagnosticsLimits Limits = new() { Connections = 4 };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private DiagnosticsServer _server = null!;

    [SetUp]
    public void Listen()
    {
        _server = new DiagnosticsServer(NullLoggerFactory.Instance, _time, Limits);
        _server.Map("/healthz", (_, response, _) =>
        {
            response.WriteText(200, "ok");
            return ValueTask.CompletedTask;
        });
        Assert.That(_server.TryListen("127.0.0.1:0", out var error), Is.True, error);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync().AsTask().WaitAsync(Limit);

    [Test]
    public async Task A_known_path_is_answered_whatever_the_query()
    {
        var (status, head, body) = await Get("/healthz?verbose=1");
        Assert.That(status, Is.EqualTo(200));
        Assert.That(Encoding.UTF8.GetString(body), Is.EqualTo("ok"));
        Assert.That(head, Does.Contain("Content-Type: text/plain; charset=utf-8\r\n").And.Contain("Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n"));
    }

    [TestCase("/")]
    [TestCase("/healthz/")]
    [TestCase("/healthz2")]
    [TestCase("/HEALTHZ")]
    public async Task Any_other_path_is_404(string path) => Assert.That((await Get(path)).Status, Is.EqualTo(404));

    [Test]
    public async Task A_server_that_can_take_no_requests_any_more_says_so()
    {
        Assert.That((await Get("/healthz")).Status, Is.EqualTo(200));
        Assert.That(_server.Failed.IsCompleted, Is.False);
        using var broken = new BrokenListener(_server.Listener!);
        using var client = new TcpClient();
        await client.ConnectAsync(_server.BoundEndPoint!).WithinLimit();
        Assert.That(await _server.Failed.WithinLimit(), Is.EqualTo($"cannot take requests on {_server.BoundEndPoint} any more: Invalid argument"));
    }

    [Test]
    public async Task A_server_that_is_disposed_has_not_failed()
    {
        await _server.DisposeAsync().AsTask().WithinLimit();
        Assert.That(_server.Failed.IsCompleted, Is.False);
    }

    [Test]
    public async Task Other_methods_are_405_unless_the_route_takes_any()
    {
        _server.Map("/any", (_, response, _) =>
        {
            response.WriteText(200, "any");
            return ValueTask.CompletedTask;
        }, anyMethod: true);
        using var client = await Open();
        await client.Say("DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\nPATCH /any HTTP/1.1\r\nHost: x\r\n\r\n");
        var refused = await client.Answer();
        Assert.That(refused.Status, Is.EqualTo(405));
        Assert.That(refused.Head, Does.Contain("Allow: GET, HEAD\r\n"));
        Assert.That((await client.Answer()).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Head_has_the_headers_and_no_body()
    {
        using var client = await Open();
        await client.Say("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.That((await client.Answer(headOnly: true)).Head, Does.Contain("Content-Length: 2\r\n"));
        Assert.That((await client.Answer()).Body, Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_thousand_requests_are_answered_on_one_connection_and_pipelined_ones_in_order()
    {
        _server.Map("/echo", (request, response, _) =>
        {
            response.WriteText(200, request.Query);
            return ValueTask.CompletedTask;
        });
        using var client = await Open();
        const int batch = 10;
        for (var i = 0; i < 1000; i += batch)
        {
            await client.Say(string.Concat(Enumerable.Range(i, batch).Select(n => $"GET /echo?{n} HTTP/1.1\r\nHost: x\r\n\r\n")));
            for (var n = i; n < i + batch; n++)
                Assert.That(Encoding.UTF8.GetString((await client.Answer()).Body), Is.EqualTo($"{n}"));
        }
    }

    [Test]
    public async Task A_thousand_connections_leave_nothing_open()
    {
        for (var i = 0; i < 1000; i++) Assert.That((await Get("/healthz")).Status, Is.EqualTo(200));
        await Until(() => _server.OpenConnections == 0);
    }

    [Test]
    public async Task A_request_that_arrives_byte_by_byte_is_answered()
    {
        using var client = await Open();
        foreach (var letter in "GET /healthz HTTP/1.0\r\n\r\n") await client.Say(letter.ToString());
        Assert.That((await client.Answer()).Status, Is.EqualTo(200));
        await client.Closed();
    }

    [TestCase("nonsense\r\n\r\n")]
    [TestCase("GET /healthz\r\n\r\n")]
    [TestCase("GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n")]
    [TestCase("GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("GET /healthz HTTP/1.1\r\n\r\n")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: x\r\nfolded\r\n\r\n")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n")]
    [TestCase("GET /healthz HTTP/1.1\nHost: x\r\n\r\n")]
    [TestCase("GET healthz HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("G\0T /healthz HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("\r\n\r\n")]
    public async Task Garbage_is_400_and_the_end_of_the_connection(string request)
    {
        using var client = await Open();
        await client.Say(request);
        Assert.That((await client.Answer()).Status, Is.EqualTo(400));
        await client.Closed();
        Assert.That((await Get("/healthz")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_body_is_not_read_and_ends_the_connection()
    {
        using var client = await Open();
        await client.Say("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
        var answer = await client.Answer();
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Head, Does.Contain("Connection: close\r\n"));
        await client.Closed();
    }

    [Test]
    public async Task A_head_beyond_the_limit_is_431()
    {
        using var client = await Open();
        await client.Say("GET /healthz HTTP/1.1\r\nX: " + new string('a', Limits.RequestHeadBytes));
        Assert.That((await client.Answer()).Status, Is.EqualTo(431));
        await client.Closed();
    }

    [Test]
    public async Task A_client_that_never_finishes_its_head_is_closed_after_the_limit()
    {
        using var client = await Open();
        await client.Say("GET /healthz HTTP/1.1\r\n\r\n"[..10]);
        var closed = client.Closed();
        await AdvanceUntil(closed);
        await closed;
    }

    [Test]
    public async Task A_silent_client_is_closed_after_the_idle_time()
    {
        using var client = await Open();
        var closed = client.Closed();
        await AdvanceUntil(closed);
        await closed;
    }

    [Test]
    public async Task A_limit_that_is_met_in_the_moment_its_request_is_done_hurts_nobody()
    {
        var timers = new LateTimers();
        await using (var server = new DiagnosticsServer(NullLoggerFactory.Instance, timers))
        {
            Assert.That(server.TryListen("127.0.0.1:0", out var error), Is.True, error);
            using var client = await HttpConversation.Open(server.BoundEndPoint!);
            foreach (var half in (string[])["GET / HTTP/1.1\r\n", "Host: x\r\nConnection: close\r\n\r\n"]) await client.Say(half);
            Assert.That((await client.Answer()).Status, Is.EqualTo(404));
            await client.Closed();
        }
        Assert.That(timers.Count, Is.GreaterThanOrEqualTo(2), "one for the head, one for the answer");
        Assert.That(timers.FireAll, Throws.Nothing, "an exception of a timer ends the process");
    }

    [Test]
    public async Task Idle_clients_beyond_the_limit_make_room_for_the_next_one()
    {
        var idle = new List<HttpConversation>();
        for (var i = 0; i < 3 * Limits.Connections; i++) idle.Add(await Open());
        Assert.That((await Get("/healthz")).Status, Is.EqualTo(200));
        Assert.That(_server.OpenConnections, Is.LessThanOrEqualTo(Limits.Connections));
        await idle[0].Closed();
        idle.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task A_busy_server_turns_newcomers_away_and_finishes_what_it_has()
    {
        var gate = new TaskCompletionSource();
        var busy = 0;
        _server.Map("/slow", async (_, response, aborted) =>
        {
            Interlocked.Increment(ref busy);
            await gate.Task.WaitAsync(aborted);
            response.WriteText(200, "late");
        });
        var clients = new List<HttpConversation>();
        for (var i = 0; i < Limits.Connections; i++)
        {
            clients.Add(await Open());
            await clients[i].Say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        await Until(() => Volatile.Read(ref busy) == Limits.Connections);
        using var newcomer = await Open();
        await newcomer.Closed();
        gate.SetResult();
        foreach (var client in clients) Assert.That((await client.Answer()).Status, Is.EqualTo(200));
        clients.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task A_handler_learns_that_its_client_left()
    {
        var cancelled = new TaskCompletionSource();
        _server.Map("/wait", async (_, _, aborted) =>
        {
            await using var registration = aborted.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
        });
        var client = await Open();
        await client.Say("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
        client.Dispose();
        await cancelled.Task.WaitAsync(Limit);
    }

    [Test]
    public async Task A_pipelined_request_does_not_look_like_a_client_that_left()
    {
        var gate = new TaskCompletionSource();
        _server.Map("/wait", async (_, response, aborted) =>
        {
            await gate.Task.WaitAsync(aborted);
            response.WriteText(200, "done");
        });
        using var client = await Open();
        await client.Say("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        gate.SetResult();
        Assert.That((await client.Answer()).Status, Is.EqualTo(200));
        Assert.That((await client.Answer()).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_failing_handler_is_500_without_its_text()
    {
        _server.Map("/bad", (_, _, _) => throw new InvalidOperationException("secret"));
        var (status, _, body) = await Get("/bad");
        Assert.That(status, Is.EqualTo(500));
        Assert.That(Encoding.UTF8.GetString(body), Does.Not.Contain("secret"));
    }

    [TestCase("", false)]
    [TestCase("Accept-Encoding: gzip, deflate\r\n", true)]
    [TestCase("accept-encoding: br;q=1, GZIP;q=0.5\r\n", true)]
    [TestCase("Accept-Encoding: gzip;q=0\r\n", false)]
    [TestCase("Accept-Encoding: xgzip\r\n", false)]
    public async Task Metrics_are_compressed_for_who_accepts_it(string header, bool compressed)
    {
        var registry = new MetricRegistry();
        registry.Counter("calls_total", "Calls.").Add(3);
        _server.MapMetrics("/metrics", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), registry);
        var (status, head, body) = await Get("/metrics", header + "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n");
        Assert.That(status, Is.EqualTo(200));
        Assert.That(head, Does.Contain("Process-Start-Time-Unix: 1700000000\r\n").And.Contain($"Content-Type: {MetricsText.ContentType}\r\n"));
        Assert.That(head.Contains("Content-Encoding: gzip\r\n", StringComparison.Ordinal), Is.EqualTo(compressed));
        await using Stream plain = compressed ? new GZipStream(new MemoryStream(body), CompressionMode.Decompress) : new MemoryStream(body);
        using var reader = new StreamReader(plain);
        Assert.That(PromReader.Read(await reader.ReadToEndAsync().WaitAsync(Limit))["calls_total"], Is.EqualTo(3));
    }

    [Test]
    public async Task A_taken_port_is_told_with_the_address()
    {
        await using var second = new DiagnosticsServer(NullLoggerFactory.Instance, _time);
        Assert.That(second.TryListen($"127.0.0.1:{_server.BoundEndPoint!.Port}", out var error), Is.False);
        Assert.That(error, Does.Contain($"127.0.0.1:{_server.BoundEndPoint.Port}").And.Contain("choose another"));
        Assert.That(second.BoundEndPoint, Is.Null);
    }

    [Test]
    public async Task A_port_alone_listens_on_both_families()
    {
        await using var server = new DiagnosticsServer(NullLoggerFactory.Instance, _time);
        Assert.That(server.TryListen(":0", out var error), Is.True, error);
        Assert.That((await HttpConversation.Get(new IPEndPoint(IPAddress.Loopback, server.BoundEndPoint!.Port), "/")).Status, Is.EqualTo(404));
        if (!Socket.OSSupportsIPv6) return;
        Assert.That((await HttpConversation.Get(new IPEndPoint(IPAddress.IPv6Loopback, server.BoundEndPoint.Port), "/")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Closing_ends_open_connections_and_running_handlers()
    {
        var entered = new TaskCompletionSource();
        _server.Map("/forever", async (_, _, aborted) =>
        {
            entered.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(aborted);
        });
        using var idle = await Open();
        using var busy = await Open();
        await busy.Say("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n");
        await entered.Task.WaitAsync(Limit);
        await _server.DisposeAsync().AsTask().WaitAsync(Limit);
        await idle.Closed();
        await busy.Closed();
    }

    [Test]
    public void A_path_can_be_taken_once() =>
        Assert.That(() => _server.Map("/healthz", (_, _, _) => ValueTask.CompletedTask), Throws.ArgumentException.With.Message.Contains("/healthz"));

    private Task<HttpConversation> Open() => HttpConversation.Open(_server.BoundEndPoint!);

    private Task<(int Status, string Head, byte[] Body)> Get(string path, string headers = "") => HttpConversation.Get(_server.BoundEndPoint!, path, headers);

    // The server's timers start when its own thread gets there, so time advances until the effect is seen.
    private async Task AdvanceUntil(Task effect)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!effect.IsCompleted && TimeProvider.System.GetElapsedTime(begun) < Limit)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.That(effect.IsCompleted, Is.True, "the connection was not closed");
    }

    private static async Task Until(Func<bool> condition)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!condition() && TimeProvider.System.GetElapsedTime(begun) < Limit) await Task.Yield();
        Assert.That(condition(), Is.True);
    }
}
