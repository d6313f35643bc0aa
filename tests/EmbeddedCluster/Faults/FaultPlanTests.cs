using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class FaultPlanTests
{
    private static readonly RequestMatch CreateVolume = new() { Verb = "create", Resource = "persistentvolumes" };

    private readonly FakeTimeProvider _time = new();
    private ClusterServer _cluster = null!;
    private ApiClient _api = null!;

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync(new ClusterOptions { Time = _time });
        _api = new ApiClient(_cluster.Url);
    }

    [TearDown]
    public async Task Stop()
    {
        _api.Dispose();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task Only_the_second_request_is_refused()
    {
        var refusal = new ApiStatus(503, "ServiceUnavailable", "busy") { Details = new() { RetryAfterSeconds = 7 } };
        using var fault = _cluster.Faults.Add(CreateVolume, new FaultAction.Answer(refusal), skip: 1, times: 1);

        var answers = new List<ApiAnswer>();
        foreach (var name in new[] { "a", "b", "c" }) answers.Add(await _api.Post(Manifest.Volumes, Manifest.Volume(name)));

        Assert.That(answers.Select(answer => answer.Code), Is.EqualTo(new[] { 201, 503, 201 }));
        Assert.That((answers[1].RetryAfter, answers[1].Reason), Is.EqualTo((7d, "ServiceUnavailable")));
        Assert.That(fault.Hits, Is.EqualTo(1));
        Assert.That(_cluster.Storage.List("persistentvolumes").Items.Select(stored => stored.Name), Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public async Task A_request_cut_before_does_nothing()
    {
        using var fault = _cluster.Faults.Add(CreateVolume, new FaultAction.CutBefore());

        Assert.That(async () => await _api.Post(Manifest.Volumes, Manifest.Volume("a")), Throws.InstanceOf<HttpRequestException>());
        Assert.That(_cluster.Storage.List("persistentvolumes").Items, Is.Empty);
        await fault.Reached.WaitAsync(TestLimits.Wait);
    }

    [Test]
    public void A_request_cut_after_has_done_its_work()
    {
        using var fault = _cluster.Faults.Add(CreateVolume, new FaultAction.CutAfter());

        Assert.That(async () => await _api.Post(Manifest.Volumes, Manifest.Volume("a")), Throws.InstanceOf<HttpRequestException>());
        Assert.That(_cluster.Storage.List("persistentvolumes").Items, Has.Count.EqualTo(1));
        Assert.That(_cluster.Requests.Entries[^1].Code, Is.Zero);
    }

    [Test]
    public async Task A_held_request_goes_on_when_it_is_released()
    {
        using var fault = _cluster.Faults.Add(CreateVolume, new FaultAction.Hold());
        var pending = _api.Post(Manifest.Volumes, Manifest.Volume("a"));
        await fault.Reached.WaitAsync(TestLimits.Wait);

        Assert.That(_cluster.Storage.List("persistentvolumes").Items, Is.Empty);
        fault.Release();

        Assert.That((await pending.WaitAsync(TestLimits.Wait)).Code, Is.EqualTo(201));
    }

    [Test]
    public async Task A_delayed_request_waits_for_the_clock()
    {
        using var fault = _cluster.Faults.Add(CreateVolume, new FaultAction.Delay(TimeSpan.FromSeconds(10)));
        var pending = _api.Post(Manifest.Volumes, Manifest.Volume("a"));
        await fault.Reached.WaitAsync(TestLimits.Wait);
        // The timer of the delay is set right after the fault was reached; the clock is moved until it was there to be moved.
        while (!pending.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.That((await pending).Code, Is.EqualTo(201));
    }

    [Test]
    public async Task A_planned_watch_fault_strikes_after_the_events_it_lets_through()
    {
        using var fault = _cluster.Faults.Add(
            new RequestMatch { Verb = "watch" }, new FaultAction.FailWatch(new ApiStatus(410, "Expired", "too old"), Events: 1), times: 1);
        using var watch = await _api.Watch($"{Manifest.Volumes}?watch=1&resourceVersion={_cluster.Storage.Version}");
        await _api.Post(Manifest.Volumes, Manifest.Volume("a"));
        await _api.Post(Manifest.Volumes, Manifest.Volume("b"));

        Assert.That(await watch.NextName(), Is.EqualTo("ADDED a"));
        var error = await watch.Next();
        Assert.That(((string?)error!["type"], (int?)error["object"]!["code"]), Is.EqualTo(("ERROR", 410)));
        Assert.That(await watch.NextName(), Is.EqualTo("END"));
    }

    [Test]
    public async Task An_open_watch_can_be_silenced_and_then_cut()
    {
        using var watch = await _api.Watch($"{Manifest.Volumes}?watch=1&resourceVersion={_cluster.Storage.Version}");
        var other = await _api.Watch($"{Manifest.Volumes}?watch=1&resourceVersion={_cluster.Storage.Version}");
        await _api.Post(Manifest.Volumes, Manifest.Volume("a"));
        Assert.That((await watch.NextName(), await other.NextName()), Is.EqualTo(("ADDED a", "ADDED a")));

        Assert.That(_cluster.Faults.SilenceWatches(RequestMatch.Any), Is.EqualTo(2));
        await _api.Post(Manifest.Volumes, Manifest.Volume("b"));
        var next = watch.Next();
        // A third watch proves that the event went out to those who listen.
        using var third = await _api.Watch($"{Manifest.Volumes}?watch=1");
        Assert.That(await third.NextName(), Is.EqualTo("ADDED a"));
        Assert.That(next.IsCompleted, Is.False);
        other.Dispose();
    }

    [Test]
    public async Task A_cut_watch_ends_with_a_broken_connection()
    {
        using var watch = await _api.Watch($"{Manifest.Volumes}?watch=1&resourceVersion={_cluster.Storage.Version}");

        Assert.That(_cluster.Faults.CutWatches(new RequestMatch { Resource = "persistentvolumes" }), Is.EqualTo(1));

        Assert.That(async () => await watch.Next(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task A_server_that_does_not_serve_cuts_everything_until_it_does()
    {
        _cluster.Faults.StopServing();
        Assert.That(async () => await _api.Get("/version"), Throws.InstanceOf<HttpRequestException>());

        _cluster.Faults.ResumeServing();
        Assert.That((await _api.Get("/version")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task A_fault_can_be_meant_for_one_client()
    {
        using var other = new ApiClient(_cluster.Url, userAgent: "other/1.0");
        using var fault = _cluster.Faults.Add(new RequestMatch { UserAgent = "other/" }, new FaultAction.Answer(new ApiStatus(500, "InternalError", "no")));

        Assert.That((await _api.Get(Manifest.Volumes)).Code, Is.EqualTo(200));
        Assert.That((await other.Get(Manifest.Volumes)).Code, Is.EqualTo(500));
    }

    [Test]
    public async Task The_request_log_counts_and_waits()
    {
        var second = _cluster.Requests.WaitFor(CreateVolume, count: 2);
        await _api.Post(Manifest.Volumes, Manifest.Volume("a"));
        Assert.That(second.IsCompleted, Is.False);
        await _api.Post(Manifest.Volumes, Manifest.Volume("a"));

        var logged = await second.WaitAsync(TestLimits.Wait);

        Assert.That((logged.Code, logged.UserAgent), Is.EqualTo((409, "test")));
        Assert.That((string?)JsonNode.Parse(logged.Body)!["metadata"]!["name"], Is.EqualTo("a"));
        Assert.That(_cluster.Requests.Count(CreateVolume), Is.EqualTo(2));
    }

    [Test]
    public async Task The_request_log_holds_no_secrets()
    {
        await _api.Post("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"s"},"stringData":{"password":"hunter2"}}""");

        Assert.That(_cluster.Requests.Entries.Select(entry => entry.Body), Has.None.Contain("hunter2"));
    }
}
