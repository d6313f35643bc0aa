using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>A lease that somebody deletes or edits under its holder: who learns that it is another's by now works no longer.</summary>
public sealed class TakenLeaseTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly TurnByTurn _turns = new();
    private readonly LeaseServer _server;

    public TakenLeaseTests() => _server = new LeaseServer(_time);

    [Test]
    public async Task A_leader_that_reads_another_holder_stops_at_once_and_does_not_take_the_lease_back()
    {
        using var leader = await Leader();
        _server.Touch(Lease("b", lasts: 15));
        _server.Verbs.Clear();
        await StopsAfterOnePeriod(leader);
        Assert.That(_server.Verbs, Is.EqualTo(new[] { "a PUT 409", "a GET 200" }));
    }

    [Test]
    public async Task A_leader_that_reads_the_expired_record_of_another_stops_too()
    {
        using var leader = await Leader();
        _server.Touch(Lease("b", lasts: 0));
        await StopsAfterOnePeriod(leader);
        Assert.That((string?)_server.Lease!["spec"]!["holderIdentity"], Is.EqualTo("b"));
    }

    [Test]
    public async Task A_leader_whose_lease_was_deleted_and_that_is_late_to_make_it_anew_stops_at_once()
    {
        using var leader = await Leader();
        _server.Lease = null;
        _server.Verbs.Clear();
        _server.Weather = (_, method) =>
        {
            if (method == HttpMethod.Post) _server.Touch(Lease("b", lasts: 15));
            return default;
        };
        await StopsAfterOnePeriod(leader);
        Assert.That(_server.Verbs, Is.EqualTo(new[] { "a PUT 404", "a GET 404", "a POST 409", "a GET 200" }));
    }

    [Test]
    public async Task A_leader_whose_lease_was_deleted_makes_it_anew_and_stays_the_leader()
    {
        using var leader = await Leader();
        _server.Lease = null;
        Advance(seconds: 30);
        Assert.That(leader.IsLeading, Is.True);
        Assert.That((string?)_server.Lease!["spec"]!["holderIdentity"], Is.EqualTo("a"));
    }

    [Test]
    public void Nobody_works_who_knows_that_another_holds_the_lease_and_two_do_so_only_until_they_know() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
            var turns = new TurnByTurn();
            var server = new LeaseServer(time) { Weather = (_, _) => LeaseWeather.Some(random) };
            Candidate[] replicas = [.. new[] { "a", "b", "c" }.Select(n => new Candidate(n, server, time, random.NextDouble))];
            foreach (var replica in replicas) _ = turns.Run(() => replica.Run());
            var leaders = new HashSet<Candidate>();
            var touched = DateTimeOffset.MinValue;
            for (var moment = 0; moment < 1200; moment++)
            {
                if (random.Next(100) is 0)
                {
                    touched = time.GetUtcNow();
                    if (random.Next(2) is 0) server.Lease = null;
                    else server.Touch(Lease(random.Next(2) is 0 ? "b" : "somebody", lasts: 15));
                }
                turns.Drain(() => { });
                Judge();
                time.Advance(TimeSpan.FromMilliseconds(250));
            }
            foreach (var replica in replicas) replica.Dispose();
            return leaders.Count > 0;

            void Judge()
            {
                // The work begins on another thread, and only then can be seen whether it was told to stop.
                foreach (var elected in replicas.Where(r => r.Announced.Count > 0)) SpinWait.SpinUntil(() => elected.Working.IsCompleted, TestTimeouts.Limit);
                var leading = replicas.Where(r => r.IsLeading).ToArray();
                leaders.UnionWith(leading);
                if (leading.FirstOrDefault(l => server.Told[l.Name] != l.Name) is { } knows)
                    throw new InvalidOperationException($"{knows.Name} works at {time.GetUtcNow():mm:ss.fff} though it knows of {server.Told[knows.Name]}, seed {seed}");
                if (leading.Length > 1 && time.GetUtcNow() - touched > TimeSpan.FromSeconds(15))
                    throw new InvalidOperationException($"two lead at {time.GetUtcNow():mm:ss.fff}, seed {seed}");
            }
        }));

    private async Task<Candidate> Leader()
    {
        var leader = new Candidate("a", _server, _time, () => 0);
        _ = _turns.Run(() => leader.Run());
        _turns.Drain(() => { });
        await leader.Working.WithinLimit();
        return leader;
    }

    private async Task StopsAfterOnePeriod(Candidate leader)
    {
        Advance(seconds: 4);
        Assert.That(leader.IsLeading, Is.True);
        Advance(seconds: 1);
        Assert.That(leader.IsLeading, Is.False);
        using var limit = new CancellationTokenSource(TestTimeouts.Limit);
        while (!leader.Running.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            _turns.Drain(() => { });
            await Task.Yield();
        }
        Assert.That(await leader.Running, Is.False);
        Assert.That(leader.Log.Lines, Has.Some.StartsWith("Stopped leading, another holds the lease lease b"));
        Assert.That(leader.Metrics.Text(), Does.Contain("leader_election_master_status{name=\"\"} 0"));
    }

    private void Advance(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _turns.Drain(() => { });
        }
    }

    private static JsonObject Lease(string holder, int lasts) => (JsonObject)JsonNode.Parse($$$"""
        {"metadata":{"name":"lease","namespace":"ns"},"spec":{"holderIdentity":"{{{holder}}}","leaseDurationSeconds":{{{lasts}}},"leaseTransitions":7,
         "acquireTime":"1969-12-31T00:00:00.000000Z","renewTime":"1969-12-31T00:00:00.000000Z"}}
        """)!;
}
