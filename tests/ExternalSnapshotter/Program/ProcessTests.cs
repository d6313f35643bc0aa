using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests.Program;

/// <summary>The published program as a container runtime, an operator and a scraper see it.</summary>
internal sealed class ProcessTests
{
    private const string Marker = "S3CR3T-that-nobody-may-print";
    private const string Release = "--feature-gates=ReleaseLeaderElectionOnExit=true";
    private const string Lease = "external-snapshotter-leader-csi-example-com";

    private ProcessRig _rig = null!;
    private World _world = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await ProcessRig.PrepareAsync(SnapshotterProgram.Name, RigOptions.Grouping.Driver);
        _world = new World(_rig.Cluster.Storage);
        _world.AddSnapshotKinds();
        _world.AddClass("snap");
        _world.AddGroupClass("group");
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
    public async Task With_the_release_gate_a_call_under_way_comes_to_its_end_and_is_noted_and_the_lease_is_given_back()
    {
        using var gate = _rig.Driver.Hold("CreateSnapshot");
        var program = _rig.Start("--leader-election", "--leader-election-namespace=default", Release, "-v=2");
        await ProcessRig.Populated(program);
        _world.Add(new TestContent());
        await gate.Entered.WithinLimit();
        program.Terminate();
        await program.WaitForErrorLine(l => l.Contains("waiting for the work in flight", StringComparison.Ordinal));
        gate.Release();
        Assert.That(await program.WaitForExit(), Is.Zero);
        await _world.UntilSettled("c");
        Assert.That(World.Text(_world.Find("leases", Lease), "spec", "holderIdentity"), Is.Empty);
        Assert.That(_rig.Driver.Calls.Of("CreateSnapshot"), Has.Count.EqualTo(1));
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
    public async Task It_asks_at_its_start_what_the_original_asks_and_no_more()
    {
        _rig.Driver.Answer("GetPluginCapabilities", DriverRule.Fail(Grpc.Core.StatusCode.Unimplemented));
        var program = _rig.Start("-v=2");
        await ProcessRig.Populated(program);
        Assert.That(_rig.Driver.Calls.All.Select(c => c.Method),
            Is.EquivalentTo((string[])["Probe", "GetPluginInfo", "ControllerGetCapabilities", "GroupControllerGetCapabilities"]));
    }

    [TestCase("""{"capabilities":[{"rpc":{"type":"CREATE_DELETE_VOLUME"}}]}""")]
    [TestCase("""{"capabilities":[{}]}""")]
    [TestCase("""{}""")]
    public async Task A_driver_that_takes_no_snapshots_ends_the_start_with_1(string capabilities)
    {
        _rig.Driver.Answer("ControllerGetCapabilities", DriverRule.Answer(capabilities));
        var program = _rig.Start();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain("CREATE_DELETE_SNAPSHOT"));
    }

    [Test]
    public async Task It_serves_its_metrics_and_the_leaders_health()
    {
        var port = FreePort.Next();
        var program = _rig.Start($"--http-endpoint=127.0.0.1:{port}", "--leader-election", "--leader-election-namespace=default", "-v=2");
        await ProcessRig.Populated(program);
        _world.Add(new TestContent());
        await _world.UntilSettled("c");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.That(await http.GetStringAsync("/healthz/leader-election").WithinLimit(), Is.EqualTo("ok"));
        var metrics = await http.GetStringAsync("/metrics").WithinLimit();
        foreach (var line in (string[])
                 [
                     "workqueue_depth{name=\"csi-snapshotter-content\"} 0", "workqueue_depth{name=\"csi-snapshotter-groupsnapshotcontent\"} 0",
                         "leader_election_master_status{name=\"\"} 1",
                     "csi_sidecar_operations_seconds_count{driver_name=\"csi.example.com\"", "process_start_time_seconds ",
                 ])
            Assert.That(metrics, Does.Contain(line));
        Assert.That(metrics, Does.Match("csi_sidecar_operations_seconds_count\\{[^}]*/csi.v1.Controller/CreateSnapshot[^}]*\\} 1"));
    }

    [Test]
    public async Task Its_metrics_are_served_while_the_driver_is_not_ready()
    {
        using var gate = _rig.Driver.Hold("Probe");
        var port = FreePort.Next();
        var program = _rig.Start($"--http-endpoint=127.0.0.1:{port}", "-v=2");
        await gate.Entered.WithinLimit();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.That(await http.GetStringAsync("/metrics").WithinLimit(), Does.Contain("process_start_time_seconds "));
        gate.Release();
        await ProcessRig.Populated(program);
    }

    [Test]
    public async Task No_secret_ever_stands_in_a_log_an_event_or_an_object()
    {
        _world.AddSecret("s", ("password", System.Text.Encoding.UTF8.GetBytes(Marker)));
        _world.Add(new TestContent().WithSecret());
        _world.Add(new TestGroup().WithSecret());
        _rig.Driver.Answer("CreateSnapshot", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "no"), DriverRule.Default);
        _rig.Start("-v=10", "--retry-interval-start=20ms");
        await _world.UntilSettled("c");
        await _world.UntilReady("gc", World.Groups);
        _world.DeleteByUser("c");
        _world.DeleteGroupByUser("gc");
        await _world.UntilGone(World.Contents, "c");
        await _world.UntilGone(World.Groups, "gc");
        Assert.That(World.Text(_rig.Driver.Calls.Of("DeleteSnapshot").Single().Request, "secrets", "password"), Is.EqualTo(Marker));
        Assert.That(World.Text(_rig.Driver.Calls.Of("DeleteVolumeGroupSnapshot").Single().Request, "secrets", "password"), Is.EqualTo(Marker));
        Assert.That(_rig.Output, Has.None.Contains(Marker));
        Assert.That(_rig.Cluster.Requests.Entries.Select(r => r.Body), Has.None.Contains(Marker));
    }

    [Test]
    public async Task The_rights_of_the_originals_role_are_enough()
    {
        _rig.Driver.Answer("CreateSnapshot", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "no"), DriverRule.Default);
        _world.Add(new TestContent());
        _world.Add(new TestGroup());
        _rig.Start("-v=2", "--retry-interval-start=20ms");
        await _world.UntilSettled("c");
        await _world.UntilReady("gc", World.Groups);
        await _world.UntilEventObject("c", "SnapshotCreationFailed");
        _world.DeleteByUser("c");
        _world.DeleteGroupByUser("gc");
        await _world.UntilGone(World.Contents, "c");
        await _world.UntilGone(World.Groups, "gc");
        var asked = _rig.Requests.Select(r =>
            $"{r.Request.Verb} {r.Request.Resource}{(r.Request.Subresource.Length > 0 ? "/" + r.Request.Subresource : "")}").Distinct();
        string[] contents = ["volumesnapshotcontents", "volumegroupsnapshotcontents"];
        string[] classes = ["volumesnapshotclasses", "volumegroupsnapshotclasses"];
        Assert.That(asked, Is.SubsetOf(
            (string[])
            [
                .. contents.SelectMany(c => new[] { $"get {c}", $"list {c}", $"watch {c}", $"patch {c}", $"patch {c}/status" }),
                .. classes.SelectMany(c => new[] { $"get {c}", $"list {c}", $"watch {c}" }), "create events", "patch events",
            ]));
    }

    [Test]
    public async Task On_a_node_it_serves_what_is_labelled_for_it()
    {
        _rig.Start(new Dictionary<string, string> { ["NODE_NAME"] = "n1" }, "--node-deployment", "-v=2");
        _world.Add(new TestContent("theirs").Labelled(WellKnown.ManagedByLabel, "n2").BoundTo("theirs"));
        _world.Add(new TestContent().Labelled(WellKnown.ManagedByLabel, "n1"));
        await _world.UntilSettled("c");
        Assert.That(_rig.Driver.Calls.Of("CreateSnapshot"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Of_a_write_that_is_refused_for_ever_it_does_not_make_more_than_its_pauses_allow()
    {
        using var fault = _rig.Cluster.Faults.Add(new RequestMatch { Verb = "patch", Resource = World.Contents },
            new FaultAction.Answer(new ApiStatus(403, "Forbidden", "no")));
        var program = _rig.Start("-v=2", "--retry-interval-start=1s");
        _world.Add(new TestContent());
        await _world.UntilEventObject("c", "SnapshotCreationFailed", "(403 Forbidden)");
        // A second pause, of two seconds, begins after the second try.
        await program.WaitForErrorLine(l => l.Contains("Retrying", StringComparison.Ordinal) && l.Contains("RetryAfter=\"2s\"", StringComparison.Ordinal));
        Assert.That(_rig.Requests.Count(r => r.Request.Verb is "patch" && r.Request.Resource == World.Contents), Is.EqualTo(4),
            "mark and error, twice");
        Assert.That(_rig.Driver.Calls.Of("CreateSnapshot"), Is.Empty);
        Assert.That(program.HasExited, Is.False);
    }
}
