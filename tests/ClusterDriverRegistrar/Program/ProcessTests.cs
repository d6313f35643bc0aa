using System.Net;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Program;

/// <summary>The published program as a container runtime, an operator and a scraper see it.</summary>
internal sealed class ProcessTests
{
    [Test]
    public async Task An_interrupt_deletes_the_object_and_ends_it_with_0()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started("--logtostderr=true", "--alsologtostderr", "--stderrthreshold=2", "-v=5", "--connection-timeout=5s");
        program.Interrupt();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(rig.ObjectExists, Is.False);
        Assert.That(rig.Requests("create"), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("--connection-timeout=5s is deprecated"));
    }

    [Test]
    public async Task A_termination_leaves_the_object_and_ends_it_with_143()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started();
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(143));
        Assert.That(rig.ObjectExists, Is.True);
        Assert.That(rig.Requests("delete"), Is.Zero);
    }

    [Test]
    public async Task Asked_to_it_deletes_the_object_on_a_termination_too()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started("--delete-on-stop=true");
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(rig.ObjectExists, Is.False);
    }

    [Test]
    public async Task An_interrupt_while_the_API_server_is_down_ends_it_with_1()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started();
        rig.Cluster.Faults.StopServing();
        program.Interrupt();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("Could not delete the CSIDriver"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_second_signal_does_not_cut_the_deletion_short(bool interrupt)
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started();
        using var held = rig.Cluster.Faults.Add(KeeperRig.Match("delete"), new FaultAction.Hold());
        program.Interrupt();
        await held.Reached.WithinLimit();
        if (interrupt) program.Interrupt();
        else program.Terminate();
        await program.WaitForErrorLine(line => line.Contains("A further signal changes nothing", StringComparison.Ordinal));
        held.Release();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(rig.ObjectExists, Is.False);
    }

    [Test] // 8
    public async Task An_object_that_is_gone_already_is_deleted_enough()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started();
        rig.Cluster.Faults.Add(KeeperRig.Match("delete"), new FaultAction.Answer(KeeperRig.Gone));
        program.Interrupt();
        Assert.That(await program.WaitForExit(), Is.Zero);
    }

    [Test]
    public async Task A_termination_that_is_to_delete_and_cannot_ends_it_with_1()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started("--delete-on-stop");
        rig.Cluster.Faults.StopServing();
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("Could not delete the CSIDriver"));
    }

    [TestCase(true, 0)]
    [TestCase(false, 143)]
    public async Task A_signal_while_it_waits_for_the_driver_ends_it_at_once(bool interrupt, int code)
    {
        await using var rig = await ProcessRig.PrepareAsync(driverListens: false);
        var program = rig.Start("-v=5");
        await program.WaitForErrorLine(line => line.Contains("Cannot connect yet", StringComparison.Ordinal));
        if (interrupt) program.Interrupt();
        else program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(code));
        Assert.That(rig.Cluster.Requests.Entries, Is.Empty);
    }

    [Test]
    public async Task A_driver_that_comes_late_is_registered()
    {
        await using var rig = await ProcessRig.PrepareAsync(driverListens: false);
        var program = rig.Start("-v=5");
        await program.WaitForErrorLine(line => line.Contains("Cannot connect yet", StringComparison.Ordinal));
        await rig.Driver.StartAsync();
        await program.WaitForErrorLine(line => line.Contains("Created CSIDriver", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_driver_without_a_name_ends_it_with_1_before_the_API_server_is_asked()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        rig.Driver.Answer("GetPluginInfo", DriverRule.Answer("{}"));
        var program = rig.Start();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("driver name is empty"));
        Assert.That(rig.Cluster.Requests.Entries, Is.Empty);
    }

    [Test]
    public async Task A_driver_that_restarts_is_nothing_and_one_that_comes_back_with_another_name_starts_the_program_anew()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started();
        await rig.Driver.StopAsync();
        await rig.Driver.StartAsync();
        await program.WaitForErrorLine(line => line.Contains("says the same as before", StringComparison.Ordinal));
        rig.Driver.Answer("GetPluginInfo", DriverRule.Answer("""{"name":"new.example.com"}"""));
        await rig.Driver.StopAsync();
        await rig.Driver.StartAsync();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("the driver was csi.example.com (attachRequired=true) and is new.example.com"));
        Assert.That(rig.ObjectExists, Is.True);
    }

    [Test]
    public async Task A_driver_that_comes_back_with_another_wish_for_attaching_ends_it_and_the_object_stays()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started();
        rig.Driver.Answer("ControllerGetCapabilities", DriverRule.Answer("{}"));
        await rig.Driver.StopAsync();
        await rig.Driver.StartAsync();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("(attachRequired=true) and is csi.example.com (attachRequired=false)").And.Some.Contains("cannot be changed in this"));
        Assert.That(rig.ObjectExists, Is.True);
        Assert.That(rig.Requests("create") + rig.Requests("patch") + rig.Requests("delete"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_driver_that_refuses_to_say_who_it_is_ends_it_with_1()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        rig.Driver.Answer("GetPluginInfo", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "no license"));
        var program = rig.Start();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("for its name (GetPluginInfo)").And.Some.Contains("no license"));
    }

    [Test]
    public async Task A_name_that_no_object_can_have_is_told_at_the_start()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        rig.Driver.Answer("GetPluginInfo", DriverRule.Answer("""{"name":"CSI.example.com"}"""));
        var program = rig.Start();
        var line = await program.WaitForErrorLine(l => l.Contains("is not one that Kubernetes takes", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("CSI.example.com").And.Contain("only lower-case letters"));
        await program.WaitForErrorLine(l => l.Contains("A request about the CSIDriver failed", StringComparison.Ordinal));
        Assert.That(program.HasExited, Is.False);
    }

    [Test]
    public async Task A_port_in_use_ends_it_with_1()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var program = rig.Start($"--http-endpoint=127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("uses the port, choose another"));
    }

    [Test]
    public async Task An_interrupt_deletes_the_object_every_time()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        for (var i = 1; i <= 30; i++)
        {
            var program = await rig.Started();
            program.Interrupt();
            Assert.That(await program.WaitForExit(), Is.Zero);
            Assert.That(rig.ObjectExists, Is.False, $"run {i}");
        }
    }

    [Test]
    public async Task Health_tells_that_it_runs_and_readiness_that_the_object_is_there()
    {
        await using var rig = await ProcessRig.PrepareAsync(driverListens: false);
        var port = FreePort.Next();
        var program = rig.Start($"--http-endpoint=127.0.0.1:{port}");
        await program.WaitForErrorLine(line => line.Contains("Listening for HTTP", StringComparison.Ordinal));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.That(await http.GetStringAsync("/healthz").WithinLimit(), Is.EqualTo("ok"));
        using (var waiting = await http.GetAsync("/readyz").WithinLimit())
        {
            Assert.That(waiting.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(await waiting.Content.ReadAsStringAsync().WithinLimit(), Does.Contain("waiting for the CSI driver"));
        }
        await rig.Driver.StartAsync();
        // The look after the deletion follows the creation, so that readiness is told by then.
        await program.WaitForErrorLine(line => line.Contains("Created CSIDriver", StringComparison.Ordinal));
        Assert.That(rig.Cluster.Storage.Delete(KeeperRig.Resource, null, KeeperRig.Name).IsOk, Is.True);
        await rig.Cluster.Requests.WaitFor(KeeperRig.Match("create"), 2).WithinLimit();
        Assert.That(await http.GetStringAsync("/readyz").WithinLimit(), Is.EqualTo("ok"));
        var metrics = await http.GetStringAsync("/metrics").WithinLimit();
        foreach (var line in (string[])
                 [
                     "csi_cluster_driver_registrar_writes_total{operation=\"patch\",result=\"success\"} 0", "process_start_time_seconds ",
                     "csi_sidecar_operations_seconds_count{driver_name=\"",
                 ])
            Assert.That(metrics, Does.Contain(line));
    }

    [Test] // 16
    public async Task Two_replicas_that_start_together_both_run_on_and_the_object_is_created_once()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        using var held = rig.Cluster.Faults.Add(KeeperRig.Match("create"), new FaultAction.Hold(), times: 2);
        PublishedProgram[] replicas = [rig.Start("-v=5"), rig.Start("-v=5")];
        foreach (var replica in replicas) await replica.WaitForErrorLine(line => line.Contains("Detected CSI driver", StringComparison.Ordinal));
        await rig.Cluster.Requests.WaitFor(KeeperRig.Match("get"), 2).WithinLimit();
        await held.Reached.WithinLimit();
        held.Release();
        await rig.Cluster.Requests.WaitFor(KeeperRig.Match("create"), 2).WithinLimit();
        Assert.That(rig.Cluster.Requests.Entries.Where(e => e is { Request.Verb: "create", Request.Resource: KeeperRig.Resource }).Select(e => e.Code), Is.EquivalentTo((int[])[201, 409]));

        Assert.That(rig.Cluster.Faults.OpenWatches, Is.EqualTo(2), "both watch over it");
        Assert.That(rig.Cluster.Storage.Delete(KeeperRig.Resource, null, KeeperRig.Name).IsOk);
        await rig.Cluster.Requests.WaitFor(KeeperRig.Match("create"), 3).WithinLimit();
        Assert.That(rig.ObjectExists);
        Assert.That(replicas.Select(r => r.HasExited), Is.All.False);
    }

    [Test]
    public async Task A_lost_lease_ends_it_with_1_and_the_object_stays()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started("--leader-election", "--leader-election-namespace=default",
            "--leader-election-lease-duration=6s", "--leader-election-renew-deadline=4s", "--leader-election-retry-period=500ms");
        foreach (var verb in (string[])["get", "update"])
            rig.Cluster.Faults.Add(new RequestMatch { Verb = verb, Resource = "leases" }, new FaultAction.Answer(new ApiStatus(500, "InternalError", "etcd is gone")));
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("the leader lease was lost"));
        Assert.That(rig.ObjectExists);
        Assert.That(rig.Requests("delete"), Is.Zero);
    }

    [Test]
    public async Task Of_several_replicas_with_an_election_only_the_leader_writes()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var leader = await rig.Started("--leader-election", "--leader-election-namespace=default");
        // A lease is held by host name and pod, and where the tests run in a pod all programs are of that one: a name of its own stands in for another.
        var lease = rig.Cluster.Storage.Get("leases", "default", "cluster-driver-registrar-leader-csi-example-com");
        Assert.That(lease.IsOk, Is.True);
        leader.Terminate();
        Assert.That(await leader.WaitForExit(), Is.EqualTo(143));
        rig.Cluster.Storage.Patch("leases", "default", "cluster-driver-registrar-leader-csi-example-com", PatchKind.Merge,
            System.Text.Json.Nodes.JsonNode.Parse("""{"spec":{"holderIdentity":"somebody-else","leaseDurationSeconds":3600}}""")!).Value.ToString();
        var standby = rig.Start("--leader-election", "--leader-election-namespace=default", "-v=5");
        await rig.Cluster.Requests.WaitFor(new RequestMatch { Verb = "get", Resource = "leases" }, 3).WithinLimit();
        standby.Interrupt();
        Assert.That(await standby.WaitForExit(), Is.Zero);
        Assert.That(rig.ObjectExists, Is.True, "a replica that does not lead deletes nothing");
    }
}
