using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>The published program as a container runtime, an operator and a scraper see it.</summary>
internal sealed class ProcessTests() : ProcessTest(ProvisionerProgram.Name, "csi-example-com", hasControllers: true)
{
    private World _world = null!;

    protected override void Begin() => _world = new World(Rig.Cluster.Storage);

    protected override int CodeWithout(string method) => method is "Probe" ? 1 : 255;

    [Test]
    public async Task A_killed_leader_is_replaced_and_a_deposed_one_ends_with_1()
    {
        string[] election =
        [
            "--leader-election", "--leader-election-namespace=default", "--leader-election-lease-duration=2s", "--leader-election-renew-deadline=1500ms",
            "--leader-election-retry-period=500ms", "--leader-election-labels=team:storage", "-v=5",
        ];
        var first = Rig.Start(election);
        await first.WaitForErrorLine(line => line.Contains("Successfully acquired lease", StringComparison.Ordinal));
        first.Kill();
        await first.WaitForExit();
        // Where the tests run in a pod, all programs find its uid and are one candidate, which takes its own lease up at once. So the lease is given
        // another holder's name: the second one has to wait it out.
        Change("""{"spec":{"holderIdentity":"the-killed-one"}}""");
        var second = Rig.Start(election);
        await second.WaitForErrorLine(line => line.Contains("New leader", StringComparison.Ordinal) && line.Contains("the-killed-one", StringComparison.Ordinal));
        _world.Add(new TestClass());
        _world.Add(new TestClaim().Unassigned());
        Assert.That(second.ErrorLines, Has.None.Contains("Cache is populated"));
        await second.WaitForErrorLine(line => line.Contains("Successfully acquired lease", StringComparison.Ordinal));
        await _world.UntilBound("claim");
        var lease = Rig.Cluster.Storage.Get("leases", "default", "csi-example-com").Value.ToJson();
        Assert.That(World.Text(lease, "metadata", "labels", "team"), Is.EqualTo("storage"));
        await _world.UntilEvent("csi-example-com", "LeaderElection", "became leader");

        // Deposed: somebody else holds the lease, and goes on renewing it by naming a long duration.
        Change("""{"spec":{"holderIdentity":"a-usurper","leaseDurationSeconds":3600}}""");
        Assert.That(await second.WaitForExit(), Is.EqualTo(1));
    }

    [Test]
    public async Task Metrics_and_health_are_served_under_the_contracts_names()
    {
        var port = FreePort.Next();
        _world.Add(new TestClass());
        var program = Rig.Start("--leader-election", "--leader-election-namespace=default", $"--http-endpoint=127.0.0.1:{port}", "-v=2");
        _world.Add(new TestClaim().Unassigned());
        var volume = World.Text(await _world.UntilBound("claim"), "spec", "volumeName");
        _world.Delete(World.Claims, "claim");
        await _world.UntilGone(World.Volumes, volume);
        await program.WaitForErrorLine(line => line.Contains("Deleted volume", StringComparison.Ordinal));

        Assert.That(await Served(port, "/healthz/leader-election"), Is.EqualTo("ok"));
        var metrics = await Served(port, "/metrics");
        string[] expected =
        [
            "controller_persistentvolumeclaim_provision_total{class=\"fast\",source=\"\"} 1",
            "controller_persistentvolumeclaim_provision_duration_seconds_count{class=\"fast\",source=\"\"} 1",
            "controller_persistentvolume_delete_total{class=\"fast\"} 1",
            "controller_persistentvolume_delete_duration_seconds_bucket{class=\"fast\",le=\"0.005\"}",
            "csi_sidecar_operations_seconds_count{driver_name=\"csi.example.com\",grpc_status_code=\"OK\",method_name=\"/csi.v1.Controller/CreateVolume\"} 1",
            "csi_sidecar_operations_seconds_count{driver_name=\"csi.example.com\",grpc_status_code=\"OK\",method_name=\"/csi.v1.Controller/DeleteVolume\"} 1",
            "workqueue_adds_total{name=\"claims\"}", "workqueue_depth{name=\"volumes\"}", "workqueue_retries_total{name=\"unsavedpvs\"}",
            "workqueue_queue_duration_seconds_bucket{name=\"claims\",le=\"9.999999999999999e-06\"}",
            "leader_election_master_status{name=\"\"} 1", "process_start_time_seconds ", "process_resident_memory_bytes ",
        ];
        foreach (var series in expected) Assert.That(metrics.Split('\n'), Has.Some.StartsWith(series));
        Assert.That(metrics.Split('\n').Count(l => l.StartsWith("process_start_time_seconds ", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(program.HasExited, Is.False);
    }

    [Test]
    public async Task Without_leader_election_there_is_no_health_of_it()
    {
        var port = FreePort.Next();
        var program = Rig.Start($"--http-endpoint=127.0.0.1:{port}", "-v=2");
        await ProcessRig.Populated(program);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz/leader-election")).WithinLimit();
        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
    }

    // The platform's timers wait for 49.7 days at most; the second is as long as a duration may be.
    [TestCase("8760h", "17520h", "35040h")]
    [TestCase("1000000h", "2000000h", "2562047h")]
    public async Task Durations_beyond_what_timers_can_wait_for_hold_up_nothing(string retry, string deadline, string lease)
    {
        Rig.Driver.Answer("CreateVolume", DriverRule.Fail(Grpc.Core.StatusCode.Internal), DriverRule.Default);
        _world.Add(new TestClass());
        var program = Rig.Start(
            $"--timeout={lease}", $"--retry-interval-start={lease}", $"--retry-interval-max={lease}", $"--snapshot-orphan-sweep-interval={lease}",
            $"--capacity-poll-interval={lease}", $"--node-deployment-base-delay={lease}", $"--node-deployment-max-delay={lease}",
            "--leader-election", "--leader-election-namespace=default", $"--leader-election-lease-duration={lease}",
            $"--leader-election-renew-deadline={deadline}", $"--leader-election-retry-period={retry}", "-v=2");
        _world.Add(new TestClaim("waits").Unassigned());
        await _world.UntilEvent("waits", "ProvisioningFailed", "code = Internal");
        _world.Add(new TestClaim().Unassigned());
        var volume = World.Text(await _world.UntilBound("claim"), "spec", "volumeName");
        _world.Delete(World.Claims, "claim");
        await _world.UntilGone(World.Volumes, volume);
        Assert.That(Rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2), "the one that was refused waits");
        Assert.That(program.HasExited, Is.False);
        Assert.That(program.ErrorLines, Has.None.Contains("Exception"));
    }

    [TestCase("text")]
    [TestCase("json")]
    public async Task A_secret_is_never_seen_outside_the_calls_to_the_driver(string format)
    {
        var port = FreePort.Next();
        var encoded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Marker));
        _world.AddSecret("s", ("password", Marker));
        _world.Add(new TestClass().WithProvisionerSecret("default", "s"));
        // Every path a secret takes: a failed call, a volume taken back, a success, a failed deletion, a deletion.
        Rig.Driver.Answer("CreateVolume", DriverRule.Fail(Grpc.Core.StatusCode.Internal),
            DriverRule.Answer("""{"volume":{"volume_id":"small","capacity_bytes":"1"}}"""), DriverRule.Default);
        Rig.Driver.Answer("DeleteVolume", DriverRule.Default, DriverRule.Fail(Grpc.Core.StatusCode.Internal), DriverRule.Default);
        var program = Rig.Start("-v=10", $"--logging-format={format}", "--retry-interval-start=50ms", $"--http-endpoint=127.0.0.1:{port}");
        _world.Add(new TestClaim().Unassigned());
        var volume = World.Text(await _world.UntilBound("claim"), "spec", "volumeName");
        var saved = _world.Find(World.Volumes, volume)!.ToJsonString();
        _world.Delete(World.Claims, "claim");
        await _world.UntilGone(World.Volumes, volume);
        var metrics = await Served(port, "/metrics");
        program.Terminate();
        await program.WaitForExit();

        Assert.That(Rig.Driver.Calls.Of("CreateVolume").Concat(Rig.Driver.Calls.Of("DeleteVolume")), Has.Exactly(6).Items);
        foreach (var call in Rig.Driver.Calls.Of("CreateVolume").Concat(Rig.Driver.Calls.Of("DeleteVolume")))
            Assert.That(World.Text(call.Request, "secrets", "password"), Is.EqualTo(Marker));
        Assert.That(Rig.Output, Has.Some.Contains("***stripped***"));
        foreach (var hidden in (string[])[Marker, encoded])
        {
            Assert.That(Rig.Output, Has.None.Contains(hidden));
            Assert.That(_world.All("events").Select(e => e.ToJsonString()), Has.None.Contains(hidden));
            Assert.That(Rig.Cluster.Requests.Entries.Select(r => r.Body), Has.None.Contains(hidden));
            Assert.That(metrics, Does.Not.Contain(hidden));
            Assert.That(saved, Does.Not.Contain(hidden));
        }
    }

    private void Change(string patch) =>
        _ = Rig.Cluster.Storage.Patch("leases", "default", "csi-example-com", PatchKind.Merge, JsonNode.Parse(patch)!).Value;
}
