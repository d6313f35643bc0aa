using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Tests.Http;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Events;

public sealed class EventRecorderTests
{
    private readonly ObservedTime _time = new();
    private readonly RecordingLogger _log = new();
    private readonly CancellationTokenSource _stop = new();
    private ScriptedApi _api = null!;
    private ApiClient _client = null!;
    private EventRecorder _recorder = null!;
    private Task _running = Task.CompletedTask;

    [SetUp]
    public async Task Start()
    {
        _time.SetUtcNow(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        _api = await ScriptedApi.Start();
        _client = _api.Client(_time);
        _recorder = new EventRecorder(_client, "csi-test driver", _time, _log);
    }

    [TearDown]
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running.WithinLimit();
        _client.Dispose();
        await _api.DisposeAsync();
        _stop.Dispose();
    }

    [Test]
    public async Task An_event_has_the_shape_other_tools_expect()
    {
        Run();
        Record("it failed");
        var post = await _api.Request();
        Assert.That(post.Target, Is.EqualTo("/api/v1/namespaces/ns/events"));
        var nanoseconds = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var expected = JsonNode.Parse($$"""
            {"apiVersion":"v1","kind":"Event","metadata":{"name":"claim.{{nanoseconds:x}}","namespace":"ns"},
             "involvedObject":{"kind":"PersistentVolumeClaim","namespace":"ns","name":"claim","uid":"u1","apiVersion":"v1","resourceVersion":"7"},
             "reason":"Failed","message":"it failed","source":{"component":"csi-test driver"},"firstTimestamp":"2030-01-02T03:04:05Z",
             "lastTimestamp":"2030-01-02T03:04:05Z","count":1,"type":"Warning","reportingComponent":"csi-test driver","reportingInstance":""}
            """);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(post.Body), expected), Is.True, post.Body);
        await Accept(post);
    }

    [TestCase("UPPER")]
    [TestCase("")]
    [TestCase("a..b")]
    [TestCase("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void An_object_whose_name_cannot_begin_an_event_gets_a_random_one(string name) =>
        Assert.That(Guid.TryParse(EventName.Of(name, _time.GetUtcNow(), 0), out _), Is.True);

    [Test]
    public async Task An_event_about_a_cluster_wide_object_goes_to_the_default_namespace()
    {
        Run();
        _recorder.Record(new ObjectReference { Kind = "PersistentVolume", Name = "pv" }, EventType.Normal, "R", "m");
        var post = await _api.Request();
        Assert.That(post.Target, Is.EqualTo("/api/v1/namespaces/default/events"));
        await Accept(post);
    }

    [Test]
    public async Task The_same_event_again_counts_up_the_first_and_is_made_anew_where_that_has_expired()
    {
        Run();
        Record("m");
        var post = await _api.Request();
        await Accept(post, "stored-name");
        _time.Advance(TimeSpan.FromSeconds(9));
        Record("m");
        var patch = await _api.Request();
        Assert.That((patch.Method, patch.Target, patch.Headers.ContentType.ToString()),
            Is.EqualTo(("PATCH", "/api/v1/namespaces/ns/events/stored-name", "application/strategic-merge-patch+json")));
        Assert.That(patch.Body, Is.EqualTo("""{"count":2,"lastTimestamp":"2030-01-02T03:04:14Z","message":"m"}"""));
        await patch.Refuse(404, "NotFound");

        var anew = await _api.Request();
        var written = JsonNode.Parse(anew.Body)!;
        Assert.That((anew.Method, (int)written["count"]!, (string?)written["firstTimestamp"], written["metadata"]!["resourceVersion"]),
            Is.EqualTo(("POST", 2, "2030-01-02T03:04:05Z", (JsonNode?)null)));
        await Accept(anew, "second-name");
        Record("m");
        Assert.That((await _api.Request()).Target, Does.EndWith("/second-name"));
    }

    [Test]
    public async Task Twelve_messages_of_one_kind_become_nine_events_and_a_combined_one()
    {
        Run();
        for (var i = 1; i <= 12; i++) Record($"m{i}");
        for (var i = 1; i <= 9; i++)
        {
            var post = await _api.Request();
            Assert.That((string?)JsonNode.Parse(post.Body)!["message"], Is.EqualTo($"m{i}"));
            await Accept(post, $"e{i}");
        }
        var combined = await _api.Request();
        Assert.That((combined.Method, (string?)JsonNode.Parse(combined.Body)!["message"]), Is.EqualTo(("POST", "(combined from similar events): m10")));
        await Accept(combined, "combined");
        for (var i = 11; i <= 12; i++)
        {
            var patch = await _api.Request();
            Assert.That((patch.Target, (int)JsonNode.Parse(patch.Body)!["count"]!), Is.EqualTo(("/api/v1/namespaces/ns/events/combined", i - 9)));
            await patch.Reply(200, """{"metadata":{"name":"combined","namespace":"ns"}}""");
        }
    }

    [Test]
    public void Recording_never_waits_and_what_is_too_much_is_dropped_with_an_error()
    {
        for (var i = 0; i < 1002; i++) Record("m");
        Assert.That(_log.Entries.Where(e => e.Level is LogLevel.Error).Select(e => e.Text), Has.Exactly(2).StartsWith("Event dropped"));
    }

    [TestCase(403, "Forbidden", "NamespaceTerminating", LogLevel.Trace)]
    [TestCase(409, "AlreadyExists", null, LogLevel.Trace)]
    [TestCase(403, "Forbidden", null, LogLevel.Error)]
    public async Task A_refusal_is_final_and_loud_only_where_somebody_can_do_something(int code, string reason, string? cause, LogLevel level)
    {
        Run();
        Record("m");
        await (await _api.Request()).Refuse(code, reason, "refused because", cause: cause);
        var line = await _log.WaitForLine(l => l.Contains("refused because", StringComparison.Ordinal));
        Assert.That(_log.Entries.Single(e => e.Text == line).Level, Is.EqualTo(level));
    }

    [Test]
    public async Task A_server_that_does_not_answer_holds_the_lane_for_seconds_not_minutes()
    {
        Run();
        Record("lost");
        Record("next");
        for (var i = 0; i < 4; i++)
        {
            if (i > 0) await _time.Pass(TimeSpan.FromSeconds(2));
            await _api.Request();
            await _time.Pass(TimeSpan.FromSeconds(10));
        }
        await _log.WaitForLine(l => l.StartsWith("Event lost", StringComparison.Ordinal));
        var next = await _api.Request();
        Assert.That(next.Body, Does.Contain("\"next\""));
        await Accept(next);
    }

    private void Run() => _running = _recorder.RunAsync(_stop.Token);

    private void Record(string message) => _recorder.Record(
        new ObjectReference { Kind = "PersistentVolumeClaim", ApiVersion = "v1", Namespace = "ns", Name = "claim", Uid = "u1", ResourceVersion = 7 },
        EventType.Warning, "Failed", message);

    private static Task Accept(ScriptedRequest post, string name = "x") => post.Reply(201, $$$"""{"metadata":{"name":"{{{name}}}","namespace":"ns"}}""");
}
