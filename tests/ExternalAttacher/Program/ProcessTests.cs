using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>The published program as a container runtime, an operator and a scraper see it.</summary>
internal sealed class ProcessTests
{
    private const string Marker = "S3CR3T-that-nobody-may-print";
    private ProcessRig _rig = null!;
    private World _world = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await ProcessRig.PrepareAsync(AttacherProgram.Name);
        _world = new World(_rig.Cluster.Storage);
    }

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', _rig.Output));
        await _rig.DisposeAsync();
    }

    [Test]
    public async Task The_runtimes_signal_ends_it_at_once_with_143()
    {
        var program = _rig.Start("-v=2");
        await ProcessRig.Populated(program);
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(143));
    }

    [Test]
    public async Task With_the_release_gate_the_signal_lets_the_work_finish_and_gives_the_lease_back()
    {
        var program = _rig.Start("--leader-election", "--leader-election-namespace=default", "--feature-gates=ReleaseLeaderElectionOnExit=true", "-v=2");
        await ProcessRig.Populated(program);
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
        var lease = _rig.Cluster.Storage.Get("leases", "default", "external-attacher-leader-csi-example-com").Value.ToJson();
        Assert.That(World.Text(lease, "spec", "holderIdentity"), Is.Empty);
        Assert.That(lease["spec"]!["leaseDurationSeconds"]!.GetValue<int>(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_lost_driver_ends_it_with_1()
    {
        var program = _rig.Start("-v=2");
        await ProcessRig.Populated(program);
        await _rig.Driver.StopAsync();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("Lost connection to CSI driver, exiting"));
    }

    [TestCase("GetPluginInfo")]
    [TestCase("GetPluginCapabilities")]
    [TestCase("ControllerGetCapabilities")]
    [TestCase("Probe")]
    public async Task A_driver_that_does_not_say_who_it_is_ends_the_start_with_1(string method)
    {
        _rig.Driver.Answer(method, DriverRule.Fail(Grpc.Core.StatusCode.Internal));
        var program = _rig.Start();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain("code = Internal"));
    }

    [Test]
    public async Task It_serves_its_metrics_and_the_leaders_health()
    {
        var port = FreePort.Next();
        var program = _rig.Start($"--http-endpoint=127.0.0.1:{port}", "--leader-election", "--leader-election-namespace=default", "-v=2");
        await ProcessRig.Populated(program);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.That(await http.GetStringAsync("/healthz/leader-election").WithinLimit(), Is.EqualTo("ok"));
        var metrics = await http.GetStringAsync("/metrics").WithinLimit();
        foreach (var line in (string[])
                 [
                     "workqueue_depth{name=\"csi-attacher-va\"} 0", "workqueue_depth{name=\"csi-attacher-pv\"} 0", "leader_election_master_status{name=\"\"} 1",
                     "csi_sidecar_operations_seconds_count{driver_name=\"csi.example.com\"", "process_start_time_seconds ", "csi_attacher_waiting_attachments{operation=\"attach\"} 0",
                 ])
            Assert.That(metrics, Does.Contain(line));
    }

    [Test]
    public async Task A_migration_target_is_met_twice_and_its_calls_say_whether_they_were_migrated()
    {
        await using var rig = await ProcessRig.PrepareAsync(AttacherProgram.Name, new ScriptedDriverOptions { Name = "pd.csi.storage.gke.io" });
        var (port, world) = (FreePort.Next(), new World(rig.Cluster.Storage));
        world.AddNode("n1", "projects/p/zones/z-a/instances/i", "pd.csi.storage.gke.io");
        world.Add(new TestVolume().From("gcePersistentDisk", """{"pdName":"d"}""").Accessed("ReadWriteOnce").Annotated("pv.kubernetes.io/migrated-to", "pd.csi.storage.gke.io"));
        world.Add(new TestAttachment().By("pd.csi.storage.gke.io"));
        rig.Start($"--http-endpoint=127.0.0.1:{port}", "-v=2");
        await world.UntilAttached("va");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var metrics = await http.GetStringAsync("/metrics").WithinLimit();
        Assert.That(metrics, Does.Match("csi_sidecar_operations_seconds_count\\{[^}]*ControllerPublishVolume[^}]*migrated=\"true\"\\} 1"));
        Assert.That(metrics, Does.Match("csi_sidecar_operations_seconds_count\\{[^}]*ControllerGetCapabilities[^}]*migrated=\"false\"\\} 1"));
        Assert.That(rig.Driver.Calls.Of("Probe"), Has.Count.EqualTo(2));
    }

    // The platform's timers wait for 49.7 days at most; the second is as long as a duration may be.
    [TestCase("8760h", "17520h", "35040h")]
    [TestCase("1000000h", "2000000h", "2562047h")]
    public async Task Durations_beyond_what_timers_can_wait_for_hold_up_nothing(string retry, string deadline, string lease)
    {
        var driver = new ScriptedDriverOptions { ControllerCapabilities = ["PUBLISH_UNPUBLISH_VOLUME", "LIST_VOLUMES", "LIST_VOLUMES_PUBLISHED_NODES"] };
        await using var rig = await ProcessRig.PrepareAsync(AttacherProgram.Name, driver);
        var world = new World(rig.Cluster.Storage);
        world.AddNode("n1", "node-1");
        world.Add(new TestVolume());
        world.Add(new TestVolume("refused"));
        rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(Grpc.Core.StatusCode.Internal), DriverRule.Default);
        var program = rig.Start(
            $"--timeout={lease}", $"--retry-interval-start={lease}", $"--retry-interval-max={lease}", $"--resync={lease}", $"--reconcile-sync={lease}",
            "--leader-election", "--leader-election-namespace=default", $"--leader-election-lease-duration={lease}",
            $"--leader-election-renew-deadline={deadline}", $"--leader-election-retry-period={retry}", "-v=2");
        await rig.Driver.WaitForCalls("ListVolumes"); // the one comparison there is
        world.Add(new TestAttachment("waits").Of("refused"));
        await world.UntilError("waits");
        world.Add(new TestAttachment());
        await world.UntilAttached("va");
        world.Delete(World.Attachments, "va");
        await world.UntilGone(World.Attachments, "va");
        Assert.That(rig.Driver.Calls.Of("ControllerPublishVolume"), Has.Count.EqualTo(2), "the one that was refused waits");
        Assert.That(program.HasExited, Is.False);
        Assert.That(program.ErrorLines, Has.None.Contains("Exception"));
    }

    [Test]
    public async Task No_secret_ever_stands_in_a_log_an_event_or_an_object()
    {
        _world.AddNode("n1", "node-1");
        _world.AddSecret("s", ("password", System.Text.Encoding.UTF8.GetBytes(Marker)));
        _world.Add(new TestVolume().WithSecret("s"));
        _world.Add(new TestAttachment());
        _rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "no"), DriverRule.Default);
        _rig.Start("-v=10", "--retry-interval-start=20ms");
        await _world.UntilAttached("va");
        _world.Delete(World.Attachments, "va");
        await _world.UntilGone(World.Attachments, "va");
        Assert.That(World.Text(_rig.Driver.Calls.Of("ControllerUnpublishVolume").Single().Request, "secrets", "password"), Is.EqualTo(Marker));
        Assert.That(_rig.Output, Has.None.Contains(Marker));
        Assert.That(_rig.Cluster.Requests.Entries.Select(r => r.Body), Has.None.Contains(Marker));
    }

    [Test]
    public async Task The_rights_of_the_originals_role_are_enough()
    {
        _world.AddNode("n1", "node-1");
        _world.Add(new TestVolume());
        _world.Add(new TestAttachment());
        _rig.Start("-v=2");
        await _world.UntilAttached("va");
        _world.Delete(World.Volumes, "pv");
        _world.Delete(World.Attachments, "va");
        await _world.UntilGone(World.Volumes, "pv");
        string[] allowed = ["get", "list", "watch", "patch"];
        var asked = _rig.Cluster.Requests.Entries.Where(r => r.Request.IsAboutObjects && r.UserAgent.StartsWith(AttacherProgram.Name, StringComparison.Ordinal)).ToList();
        Assert.That(asked.Select(r => r.Request.Verb).Distinct(), Is.SubsetOf(allowed));
        Assert.That(asked.Select(r => r.Request.Resource).Distinct(), Is.EquivalentTo((string[])["volumeattachments", "persistentvolumes", "csinodes"]));
    }
}
