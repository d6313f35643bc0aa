using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Leading;

public sealed class LeaderElectorTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TurnByTurn _turns = new();
    private readonly List<Candidate> _candidates = [];
    private readonly LeaseServer _server;

    public LeaderElectorTests() => _server = new LeaseServer(_time);

    [TearDown]
    public void CleanUp()
    {
        foreach (var candidate in _candidates) candidate.Dispose();
        Advance(1);
    }

    [Test]
    public async Task A_lease_that_does_not_exist_is_created_with_labels_and_renewed()
    {
        var leader = await Leader("a", labels: true);
        Assert.That(_server.Lease!["metadata"]!["labels"]!.ToJsonString(), Is.EqualTo("""{"team":"storage"}"""));
        Assert.That(Spec("holderIdentity", "leaseDurationSeconds", "acquireTime", "renewTime", "leaseTransitions"),
            Is.EqualTo("a 15 2030-01-01T00:00:00.000000Z 2030-01-01T00:00:00.000000Z 0"));
        Assert.That(leader.Announced, Is.EqualTo(new[] { "a became leader" }));
        Assert.That(leader.Metrics.Text(), Does.Contain("leader_election_master_status{name=\"\"} 1"));
        Advance(5);
        Assert.That(Spec("acquireTime", "renewTime"), Is.EqualTo("2030-01-01T00:00:00.000000Z 2030-01-01T00:00:05.000000Z"));
        Assert.That(_server.Verbs, Is.EqualTo(new[] { "a GET 404", "a POST 201", "a PUT 200" }), "renewing needs no read");
    }

    [Test]
    public void A_retry_period_longer_than_a_timer_can_wait_is_waited_for()
    {
        _server.Touch(Lease("other"));
        var candidate = new Candidate("b", _server, _time, () => 0, o => o with { RetryPeriod = TimeSpan.FromDays(365) });
        _candidates.Add(candidate);
        _ = _turns.Run(() => candidate.Run());
        Drain();
        Assert.That(candidate.Running.IsCompleted, Is.False, candidate.Running.Exception?.ToString());
        Assert.That(_server.Verbs, Is.EqualTo(new[] { "b GET 200" }));
    }

    [TestCase(0d, 15)]
    [TestCase(0.999, 21.995)]
    public async Task A_dead_leader_is_replaced_after_its_time_and_up_to_eleven_seconds(double random, double latest)
    {
        _server.Touch(Lease("dead", transitions: 3));
        var successor = Add("b", random);
        _ = _turns.Run(() => successor.Run());
        Drain();
        Advance(14.75);
        Assert.That(successor.IsLeading, Is.False);
        Advance(latest - 14.75);
        Assert.That(successor.IsLeading, Is.True);
        Assert.That(Spec("holderIdentity", "leaseTransitions"), Is.EqualTo("b 4"));
        await successor.Working.WithinLimit();
    }

    [TestCase(-1)]
    [TestCase(1)]
    public async Task A_clock_that_is_set_neither_ends_a_lease_nor_makes_it_longer(int hours)
    {
        var clock = new SetClock(_time);
        var (leader, other) = (new Candidate("a", _server, clock, () => 0), new Candidate("b", _server, clock, () => 0));
        _candidates.AddRange([leader, other]);
        foreach (var candidate in (Candidate[])[leader, other])
        {
            _ = _turns.Run(() => candidate.Run());
            Drain();
        }
        clock.Set = TimeSpan.FromHours(hours);
        Advance(60);
        Assert.That((leader.IsLeading, other.IsLeading), Is.EqualTo((true, false)));

        _server.Weather = (who, _) => who is "a" ? new Weather(Refuses: 500) : default;
        clock.Set = TimeSpan.Zero;
        Advance(14.75);
        Assert.That(leader.IsLeading, Is.False, "it stops in time");
        Advance(11);
        Assert.That(other.IsLeading, Is.True, "and the other need not wait for an hour");
        await Ends(leader);
    }

    [Test]
    public async Task An_update_keeps_what_others_wrote_on_the_lease_and_merges_labels()
    {
        var lease = Lease("");
        lease["metadata"]!["annotations"] = new JsonObject { ["theirs"] = "kept" };
        lease["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["name"] = "owner" });
        lease["metadata"]!["labels"] = new JsonObject { ["theirs"] = "kept", ["team"] = "old" };
        lease["spec"]!["strategy"] = "OldestEmulationVersion";
        _server.Touch(lease);
        await Leader("a", labels: true);
        var metadata = _server.Lease!["metadata"]!;
        Assert.That(metadata["annotations"]!.ToJsonString(), Is.EqualTo("""{"theirs":"kept"}"""));
        Assert.That(metadata["ownerReferences"]!.ToJsonString(), Is.EqualTo("""[{"name":"owner"}]"""));
        Assert.That(metadata["labels"]!.ToJsonString(), Is.EqualTo("""{"theirs":"kept","team":"storage"}"""));
        Assert.That(_server.Lease["spec"]!["strategy"], Is.Null);
    }

    [Test]
    public async Task A_conflict_while_renewing_is_read_and_written_again()
    {
        var leader = await Leader("a");
        _server.Touch((JsonObject)_server.Lease!.DeepClone()); // somebody labelled it
        _server.Verbs.Clear();
        Advance(5);
        Assert.That(_server.Verbs, Is.EqualTo(new[] { "a PUT 409", "a GET 200", "a PUT 200" }));
        Assert.That(leader.IsLeading, Is.True);
        Assert.That(Spec("leaseTransitions"), Is.EqualTo("0"));
        Assert.That(leader.Metrics.Text(), Does.Contain("leader_election_slowpath_total{name=\"\"} 1"));
    }

    [Test]
    public async Task A_lease_that_cannot_be_renewed_stops_the_work_before_another_may_begin_and_ends_in_failure()
    {
        var leader = await Leader("a");
        _server.Weather = (_, _) => new Weather(Refuses: 500);
        Advance(14);
        Assert.That(leader.IsLeading, Is.True);
        Advance(0.75);
        Assert.That(leader.IsLeading, Is.False);
        await Ends(leader);
        Assert.That(await leader.Running, Is.False);
        Assert.That(leader.Metrics.Text(), Does.Contain("leader_election_master_status{name=\"\"} 0"));
        Assert.That(leader.Log.Lines, Has.Some.StartsWith("Stopped leading"));
    }

    [Test]
    public async Task A_renewal_that_hangs_leaves_time_for_another()
    {
        var leader = await Leader("a");
        var hangs = 1;
        _server.Weather = (_, _) => new Weather(Before: hangs-- > 0 ? TimeSpan.FromHours(1) : default);
        Advance(60);
        Assert.That(leader.IsLeading, Is.True);
    }

    [Test]
    public async Task A_leader_is_healthy_while_it_renews_and_a_candidate_always_is()
    {
        var waiting = Add("b");
        Assert.That(waiting.Elector.IsHealthy(TimeSpan.FromSeconds(20)), Is.True);
        var leader = await Leader("a");
        Advance(120);
        Assert.That(leader.Elector.IsHealthy(TimeSpan.FromSeconds(20)), Is.True);
        // An elector that hangs as a whole: its turns do not come.
        _time.Advance(TimeSpan.FromSeconds(35));
        Assert.That(leader.Elector.IsHealthy(TimeSpan.FromSeconds(20)), Is.True);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(leader.Elector.IsHealthy(TimeSpan.FromSeconds(20)), Is.False);
    }

    [TestCase(true, "" , "1")]
    [TestCase(false, "a", "15")]
    public async Task The_lease_is_given_back_at_the_end_where_that_is_asked_for(bool releases, string holder, string duration)
    {
        var leader = await Leader("a", releases: releases);
        leader.Finish();
        await Ends(leader);
        Assert.That(await leader.Running, Is.True);
        Assert.That(Spec("holderIdentity", "leaseDurationSeconds", "leaseTransitions"), Is.EqualTo($"{holder} {duration} 0"));
    }

    [Test]
    public async Task Whether_the_lease_is_given_back_is_asked_at_the_end()
    {
        var leader = await Leader("a", releases: true);
        leader.Releases = false;
        leader.Finish();
        await Ends(leader);
        Assert.That(Spec("holderIdentity"), Is.EqualTo("a"));
    }

    [Test]
    public async Task A_candidate_that_is_stopped_ends_in_order()
    {
        _server.Touch(Lease("other"));
        var candidate = Add("b");
        _ = _turns.Run(() => candidate.Run(releases: true));
        Drain();
        candidate.Stop();
        await Ends(candidate);
        Assert.That(await candidate.Running, Is.True);
        Assert.That(Spec("holderIdentity"), Is.EqualTo("other"));
    }

    [Test]
    public void Two_candidates_never_lead_at_once_whatever_the_network_does() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
            var turns = new TurnByTurn();
            var server = new LeaseServer(time) { Weather = (_, _) => LeaseWeather.Some(random) };
            Candidate[] replicas = [.. new[] { "a", "b", "c" }.Select(n => new Candidate(n, server, time, random.NextDouble))];
            foreach (var replica in replicas) _ = turns.Run(() => replica.Run());
            var leaders = new HashSet<Candidate>();
            for (var moment = 0; moment < 1200; moment++)
            {
                turns.Drain(Judge);
                time.Advance(TimeSpan.FromMilliseconds(250));
            }
            foreach (var replica in replicas) replica.Dispose();
            return leaders.Count > 0;

            void Judge()
            {
                var leading = replicas.Where(r => r.IsLeading).ToArray();
                leaders.UnionWith(leading);
                if (leading.Length > 1) throw new InvalidOperationException($"two lead at {time.GetUtcNow():mm:ss.fff}, seed {seed}");
            }
        }));

    private Candidate Add(string name, double random = 0, bool labels = false)
    {
        var candidate = new Candidate(name, _server, _time, () => random,
            o => labels ? o with { Labels = new Dictionary<string, string> { ["team"] = "storage" } } : o);
        _candidates.Add(candidate);
        return candidate;
    }

    private async Task<Candidate> Leader(string name, bool labels = false, bool releases = false)
    {
        var candidate = Add(name, labels: labels);
        _ = _turns.Run(() => candidate.Run(releases));
        Drain();
        await candidate.Working.WithinLimit();
        return candidate;
    }

    /// <summary>Some of the way to the end goes through other threads, so its turns come when they come.</summary>
    private async Task Ends(Candidate candidate)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Limit);
        while (!candidate.Running.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            Drain();
            await Task.Yield();
        }
    }

    private void Advance(double seconds)
    {
        for (var quarter = 0; quarter < seconds * 4; quarter++)
        {
            _time.Advance(TimeSpan.FromSeconds(Math.Min(0.25, seconds - quarter * 0.25)));
            Drain();
        }
    }

    private void Drain() => _turns.Drain(() => { });

    private string Spec(params string[] fields) => string.Join(' ', fields.Select(f => _server.Lease!["spec"]![f]!.ToString()));

    /// <summary>A clock that somebody sets: the time of day jumps, and what has passed since a moment does not.</summary>
    private sealed class SetClock(TimeProvider time) : TimeProvider
    {
        public TimeSpan Set { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Set;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }

    private static JsonObject Lease(string holder, int transitions = 0) => (JsonObject)JsonNode.Parse($$$"""
        {"metadata":{"name":"lease","namespace":"ns"},"spec":{"holderIdentity":"{{{holder}}}","leaseDurationSeconds":15,"leaseTransitions":{{{transitions}}},
         "acquireTime":"2029-12-31T00:00:00.000000Z","renewTime":"2029-12-31T00:00:00.000000Z"}}
        """)!;
}
