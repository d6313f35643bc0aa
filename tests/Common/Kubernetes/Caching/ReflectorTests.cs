using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Caching;

/// <summary>A store kept by a reflector against a real API server that misbehaves on command.</summary>
public sealed class ReflectorTests
{
    private static readonly RequestMatch s_watches = new() { Verb = "watch", Resource = "storageclasses" };
    private static readonly RequestMatch s_lists = new() { Verb = "list", Resource = "storageclasses" };

    private readonly ObservedTime _time = new();
    private readonly RecordingLogger _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ObjectStore<Objects.StorageClass> _store = new();
    private readonly Lock _lock = new();
    private readonly List<string> _changes = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Reached)> _waiters = [];
    private ClusterServer _cluster = null!;
    private ApiClient _client = null!;
    private Task _running = Task.CompletedTask;

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync();
        _client = new ApiClient(ClusterAddress.Find("", _cluster.Url.ToString()).Address!, new ApiClientOptions { UserAgent = "test" }, _time, _log);
        _store.Changed += change =>
        {
            lock (_lock)
            {
                _changes.Add($"{change.Old?.Name}>{change.New?.Name}");
                foreach (var waiter in _waiters.Where(w => w.Holds()).ToArray()) waiter.Reached.TrySetResult();
            }
        };
    }

    [TearDown]
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running.WithinLimit();
        _client.Dispose();
        await _cluster.DisposeAsync();
        _stop.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_store_of_many_pages_follows_the_server(bool streams)
    {
        for (var i = 0; i < 1203; i++) Create($"c{i}");
        Reflect(streams);
        await _store.Synced.WithinLimit();
        Assert.That(_store.Count, Is.EqualTo(1203));
        Create("new");
        await Until(() => _store.Find(new(null, "new")) is not null);
        Delete("c7");
        await Until(() => _store.Find(new(null, "c7")) is null);
        Assert.That(_store.Count, Is.EqualTo(1203));
        Assert.That(_cluster.Requests.Count(s_lists), streams ? Is.Zero : Is.Positive);
    }

    [Test]
    public async Task What_vanished_while_the_history_was_lost_is_told_as_gone()
    {
        Create("a");
        Create("b");
        Reflect();
        await Until(() => _changes.Count is 2);
        // The next watch waits at the door while the history it would need is thrown away.
        using var hold = _cluster.Faults.Add(s_watches, new FaultAction.Hold(), times: 1);
        _cluster.Faults.CutWatches(s_watches);
        await PassBackoff();
        await hold.Reached.WithinLimit();
        Delete("a");
        Create("c");
        _cluster.Storage.CompactNow();
        _changes.Clear();
        hold.Release();
        await Until(() => Names() == "b c");
        Assert.That(_changes, Is.EquivalentTo(new[] { "a>", "b>b", ">c" }));
        Assert.That(_cluster.Requests.Entries.Count(r => r.Request.Verb is "watch" && r.Request.Resource is "storageclasses"), Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public async Task A_cut_watch_resumes_without_a_list_and_loses_and_doubles_nothing()
    {
        Create("a");
        Reflect();
        await Until(() => _changes.Count is 1);
        _changes.Clear();
        _cluster.Faults.CutWatches(s_watches);
        Create("b");
        await PassBackoff();
        await Until(() => Names() == "a b");
        Create("c");
        await Until(() => Names() == "a b c");
        Assert.That(_changes, Is.EqualTo(new[] { ">b", ">c" }));
    }

    [Test]
    public async Task A_missing_permission_is_an_error_that_says_what_to_grant()
    {
        using var fault = _cluster.Faults.Add(new RequestMatch { Resource = "storageclasses" },
            new FaultAction.Answer(new ApiStatus(403, "Forbidden", "storageclasses is forbidden: User \"x\" cannot list")));
        Reflect();
        var line = await _log.WaitForLine(l => l.StartsWith("Not allowed", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("grant get, list and watch to the service account list storageclasses").And.Contains("User \"x\" cannot list"));
        Assert.That(_log.Entries.Single(e => e.Text == line).Level, Is.EqualTo(LogLevel.Error));
        fault.Dispose();
        await PassBackoff();
        await _store.Synced.WithinLimit();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_object_that_cannot_be_read_is_told_once_and_counted_and_the_others_go_on(bool streams)
    {
        // A kind that allows what our model does not expect, as any other API group may some day.
        var registry = new MetricRegistry();
        var odd = new Resource<Odd>("/api/v1", "configmaps", true, OddJson.Default.Odd);
        var store = new ObjectStore<Odd>();
        var (lookAgain, lookLock) = (new TaskCompletionSource(), new Lock());
        store.Changed += _ =>
        {
            lock (lookLock) lookAgain.TrySetResult();
        };
        Put("good", "1");
        Put("bad", "no number");
        _running = new Reflector<Odd>(_client, odd, store, new WatcherOptions { StreamsLists = streams, Random = () => 0, Namespace = "default", Metrics = registry }, _time, _log).RunAsync(_stop.Token);
        await store.Synced.WithinLimit();
        Assert.That(Known(), Does.Contain("good1").And.Not.Contain("bad"));
        var line = await _log.WaitForLine(l => l.StartsWith("An object cannot be read", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("configmaps default/bad $.data.number: ").And.Not.Contain("no number"));
        Assert.That(_log.Entries.Single(e => e.Text == line).Level, Is.EqualTo(LogLevel.Error));
        Assert.That(registry.Text(), Does.Contain("csi_sidecar_unreadable_objects_total{resource=\"configmaps\"} 1\n"));

        Put("bad", "still none");
        Put("good", "2");
        await Reached(() => Known().Contains("good2"));
        Assert.That(registry.Text(), Does.Contain("csi_sidecar_unreadable_objects_total{resource=\"configmaps\"} 2\n"), "another state of it");
        Assert.That(_log.Lines.Count(l => l.StartsWith("An object cannot be read", StringComparison.Ordinal)), Is.EqualTo(1));

        Put("bad", "3");
        await Reached(() => Known().Contains("bad3"));
        await _log.WaitForLine(l => l.StartsWith("An object can be read again", StringComparison.Ordinal));

        string[] Known() => [.. store.Snapshot().Select(o => $"{o.Name}{o.Data?.Number}")];

        async Task Reached(Func<bool> holds)
        {
            while (true)
            {
                Task look;
                lock (lookLock)
                {
                    lookAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    look = lookAgain.Task;
                }
                if (holds()) return;
                await look.WithinLimit();
            }
        }

        void Put(string name, string number)
        {
            var item = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" }, ["data"] = new JsonObject { ["number"] = number } };
            var put = _cluster.Storage.Get("configmaps", "default", name).IsOk
                ? _cluster.Storage.Update("configmaps", item)
                : _cluster.Storage.Create("configmaps", item);
            Assert.That(put.IsOk, Is.True, put.Error?.Message);
        }
    }

    [Test]
    public void Whatever_is_cut_or_forgotten_the_store_equals_the_server_in_the_end() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), Prop.ForAll(Gen.Choose(0, 7).ArrayOf(25).ToArbitrary(), steps =>
        {
            Churn(steps).GetAwaiter().GetResult();
        }));

    private static async Task Churn(int[] steps)
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var log = new RecordingLogger();
        using var client = new ApiClient(ClusterAddress.Find("", cluster.Url.ToString()).Address!, new ApiClientOptions { UserAgent = "test", Timeout = TimeSpan.FromMinutes(5) }, TimeProvider.System, log);
        var store = new ObjectStore<Objects.StorageClass>();
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Changed += change =>
        {
            if (change.New?.Name is "last") settled.TrySetResult();
        };
        // A clock that runs at once: pauses between tries only make the test slow.
        var running = new Reflector<Objects.StorageClass>(client, Resources.StorageClasses, store, new WatcherOptions(), new HastyTime(), log).RunAsync(stop.Token);
        foreach (var (step, i) in steps.Select((s, i) => (s, i)))
        {
            switch (step)
            {
                case 0 or 1 or 2: Create(cluster, $"c{i}"); break;
                case 3: cluster.Storage.Delete("storageclasses", null, $"c{i / 2}"); break;
                case 4: cluster.Faults.CutWatches(s_watches); break;
                case 5: cluster.Storage.CompactNow(); break;
                case 6: cluster.Faults.FailWatches(s_watches, new ApiStatus(410, "Expired", "too old")); break;
                default: cluster.Faults.FailWatches(s_watches, new ApiStatus(500, "InternalError", "boom")); break;
            }
            await Task.Yield();
        }
        Create(cluster, "last");
        await settled.Task.WithinLimit();
        var expected = cluster.Storage.List("storageclasses").Items.Select(o => o.Name).Order(StringComparer.Ordinal);
        Assert.That(store.Snapshot().Select(o => o.Name).Order(StringComparer.Ordinal), Is.EqualTo(expected));
        await stop.CancelAsync();
        await running.WithinLimit();
    }

    /// <summary>The real clock with every pause of a few seconds cut to a thousandth; the limits of whole minutes stay.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime < TimeSpan.FromMinutes(2) && dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
    }

    private void Reflect(bool streams = true) => _running = new Reflector<Objects.StorageClass>(
        _client, Resources.StorageClasses, _store, new WatcherOptions { StreamsLists = streams, Random = () => 0 }, _time, _log).RunAsync(_stop.Token);

    private Task<TimeSpan> PassBackoff() => _time.Pass(TimeSpan.FromSeconds(0.8));

    private Task Until(Func<bool> holds)
    {
        lock (_lock)
        {
            if (holds()) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((holds, reached));
            return reached.Task.WithinLimit();
        }
    }

    private string Names() => string.Join(' ', _store.Snapshot().Select(o => o.Name).Order(StringComparer.Ordinal));

    private void Create(string name) => Create(_cluster, name);

    private void Delete(string name) => Assert.That(_cluster.Storage.Delete("storageclasses", null, name).IsOk, Is.True);

    private static void Create(ClusterServer cluster, string name)
    {
        var created = cluster.Storage.Create("storageclasses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["provisioner"] = "p" });
        Assert.That(created.IsOk, Is.True, name);
    }
}
