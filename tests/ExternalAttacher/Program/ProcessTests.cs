using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>The published program as a container runtime, an operator and a scraper see it.</summary>
internal sealed class ProcessTests() : ProcessTest(AttacherProgram.Name, "external-attacher-leader-csi-example-com")
{
    private World _world = null!;

    protected override void Begin() => _world = new World(Rig.Cluster.Storage);

    [Test]
    public async Task It_serves_its_metrics_and_the_leaders_health()
    {
        var port = FreePort.Next();
        var program = Rig.Start($"--http-endpoint=127.0.0.1:{port}", "--leader-election", "--leader-election-namespace=default", "-v=2");
        await ProcessRig.Populated(program);
        Assert.That(await Served(port, "/healthz/leader-election"), Is.EqualTo("ok"));
        var metrics = await Served(port, "/metrics");
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
        var metrics = await Served(port, "/metrics");
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
        Rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "no"), DriverRule.Default);
        Rig.Start("-v=10", "--retry-interval-start=20ms");
        await _world.UntilAttached("va");
        _world.Delete(World.Attachments, "va");
        await _world.UntilGone(World.Attachments, "va");
        Assert.That(World.Text(Rig.Driver.Calls.Of("ControllerUnpublishVolume").Single().Request, "secrets", "password"), Is.EqualTo(Marker));
        Assert.That(Rig.Output, Has.None.Contains(Marker));
        Assert.That(Rig.Cluster.Requests.Entries.Select(r => r.Body), Has.None.Contains(Marker));
    }

    [Test]
    public async Task The_rights_of_the_originals_role_are_enough()
    {
        _world.AddNode("n1", "node-1");
        _world.Add(new TestVolume());
        _world.Add(new TestAttachment());
        Rig.Start("-v=2");
        await _world.UntilAttached("va");
        _world.Delete(World.Volumes, "pv");
        _world.Delete(World.Attachments, "va");
        await _world.UntilGone(World.Volumes, "pv");
        string[] allowed = ["get", "list", "watch", "patch"];
        var asked = Rig.Requests.ToList();
        Assert.That(asked.Select(r => r.Request.Verb).Distinct(), Is.SubsetOf(allowed));
        Assert.That(asked.Select(r => r.Request.Resource).Distinct(), Is.EquivalentTo((string[])["volumeattachments", "persistentvolumes", "csinodes"]));
    }
}
