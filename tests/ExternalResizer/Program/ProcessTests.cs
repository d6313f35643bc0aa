using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests.Program;

/// <summary>The published program as a container runtime, an operator and a scraper see it.</summary>
internal sealed class ProcessTests() : ProcessTest(ResizerProgram.Name, "external-resizer-csi-example-com", new ScriptedDriverOptions { ControllerCapabilities = ["EXPAND_VOLUME", "MODIFY_VOLUME"] })
{
    private World _world = null!;

    protected override void Begin() => _world = new World(Rig.Cluster.Storage);

    [Test]
    public async Task A_driver_that_dies_while_it_expands_leaves_the_size_to_the_next_process()
    {
        var gate = Rig.Driver.Hold("ControllerExpandVolume");
        _world.Add(new TestClaim());
        var first = Rig.Start("-v=2");
        await gate.Entered.WithinLimit();
        await Rig.Driver.StopAsync();
        Assert.That(await first.WaitForExit(), Is.EqualTo(1));
        gate.Release();
        Assert.That((_world.StateOf(), _world.AllocatedOf(), _world.SizeOf()), Is.EqualTo(("ControllerResizeInProgress", "2Gi", "1Gi")));
        await Rig.Driver.StartAsync();
        Rig.Start("-v=2");
        await _world.UntilSized("2Gi");
    }

    // plug-in services, controller capabilities, what the node service can do (none is "not there"), exit code or none, what is said
    [TestCase("", "EXPAND_VOLUME", "[]", 1, "CSI driver does not support controller service")]
    [TestCase("CONTROLLER_SERVICE", "CREATE_DELETE_VOLUME", "[]", 255, "neither expands nor modifies volumes")]
    [TestCase("CONTROLLER_SERVICE", "CREATE_DELETE_VOLUME", "", 255, "neither expands nor modifies volumes")]
    [TestCase("CONTROLLER_SERVICE", "CREATE_DELETE_VOLUME", "error", 1, "NodeGetCapabilities")]
    [TestCase("CONTROLLER_SERVICE", "EXPAND_VOLUME", "error", 0, "does not support volume modification")]
    [TestCase("CONTROLLER_SERVICE", "MODIFY_VOLUME", "[]", 0, "does not support volume expansion")]
    [TestCase("CONTROLLER_SERVICE", "MODIFY_VOLUME", "", 0, "does not support volume expansion")]
    [TestCase("CONTROLLER_SERVICE", "CREATE_DELETE_VOLUME", """[{"rpc":{"type":"EXPAND_VOLUME"}}]""", 0, "its nodes do")]
    public async Task What_the_driver_can_do_decides_whether_there_is_anything_to_run(string plugin, string controller, string node, int code, string said)
    {
        await using var rig = await ProcessRig.PrepareAsync(
            ResizerProgram.Name, new ScriptedDriverOptions { PluginCapabilities = plugin.Length > 0 ? [plugin] : [], ControllerCapabilities = [controller] });
        rig.Driver.Answer("NodeGetCapabilities", node switch
        {
            "" => DriverRule.Fail(StatusCode.Unimplemented), "error" => DriverRule.Fail(StatusCode.Internal),
            _ => DriverRule.Answer($$"""{"capabilities":{{node}}}"""),
        });
        var program = rig.Start("-v=2");
        if (code is 0) await ProcessRig.Populated(program);
        else Assert.That(await program.WaitForExit(), Is.EqualTo(code));
        Assert.That(program.ErrorLines, Has.Some.Contains(said));
        Assert.That(rig.Driver.Calls.Of("NodeGetCapabilities").Count, Is.EqualTo(controller is "EXPAND_VOLUME" ? 0 : 1));
    }

    [Test]
    public async Task It_serves_its_metrics_and_the_leaders_health()
    {
        var port = FreePort.Next();
        _world.Add(new TestClaim());
        Rig.Start($"--http-endpoint=127.0.0.1:{port}", "--leader-election", "--leader-election-namespace=default", "-v=2");
        await _world.UntilSized("2Gi");
        Assert.That(await Served(port, "/healthz/leader-election"), Is.EqualTo("ok"));
        var metrics = await Served(port, "/metrics");
        foreach (var line in (string[])
                 ["workqueue_depth{name=\"csi.example.com-pvc\"} 0", "workqueue_adds_total{name=\"csi.example.com-pvc\"} ", "leader_election_master_status{name=\"\"} 1", "process_start_time_seconds "])
            Assert.That(metrics, Does.Contain(line));
        Assert.That(metrics, Does.Match("csi_sidecar_operations_seconds_count\\{[^}]*grpc_status_code=\"OK\"[^}]*method_name=\"/csi.v1.Controller/ControllerExpandVolume\"[^}]*\\} 1"));
    }

    [Test]
    public async Task The_one_worker_there_is_takes_one_claim_after_the_other()
    {
        for (var i = 0; i < 5; i++) _world.Add(new TestClaim($"c-{i}"));
        Rig.Start("--workers=1", "-v=2");
        for (var i = 0; i < 5; i++) await _world.UntilSized("2Gi", $"c-{i}");
        Assert.That(Rig.Driver.MostInHand, Is.EqualTo(1));
    }

    [Test]
    public async Task A_slow_driver_is_given_up_after_the_timeout_and_asked_for_the_same_again()
    {
        Rig.Driver.Answer("ControllerExpandVolume", DriverRule.After(TimeSpan.FromMinutes(1)), DriverRule.Default);
        _world.Add(new TestClaim());
        Rig.Start("--timeout=200ms", "--retry-interval-start=20ms", "-v=2");
        await _world.UntilSized("2Gi");
        Assert.That(_world.EventsAbout("a"), Has.Some.Contains("context deadline exceeded"));
        Assert.That(Rig.Driver.Calls.Of("ControllerExpandVolume").Select(c => World.Text(c.Request, "capacity_range", "required_bytes")), Is.EqualTo((string[])["2147483648", "2147483648"]));
    }

    [Test]
    public async Task No_secret_ever_stands_in_a_log_an_event_or_an_object()
    {
        _world.AddSecret("s", ("password", System.Text.Encoding.UTF8.GetBytes(Marker)));
        _world.AddAttributesClass("gold");
        _world.Add(new TestClaim().OfClass("gold").Asking("2Gi").WithSecret("s"));
        Rig.Driver.Answer("ControllerExpandVolume", DriverRule.Fail(StatusCode.Internal, "no"), DriverRule.Default);
        Rig.Start("-v=10", "--retry-interval-start=20ms");
        await _world.UntilSized("2Gi");
        await _world.UntilClass("gold");
        Assert.That(World.Text(Rig.Driver.Calls.Of("ControllerModifyVolume").Single().Request, "secrets", "password"), Is.EqualTo(Marker));
        Assert.That(Rig.Output, Has.None.Contains(Marker));
        Assert.That(Rig.Cluster.Requests.Entries.Select(r => r.Body), Has.None.Contains(Marker));
    }

    [Test]
    public async Task The_rights_of_the_originals_role_are_enough()
    {
        _world.AddAttributesClass("silver");
        _world.AddPod("p", "a");
        Rig.Driver.Answer("ControllerExpandVolume", DriverRule.Fail(StatusCode.FailedPrecondition), DriverRule.Default);
        _world.Add(new TestClaim());
        _world.Add(new TestClaim("b").OfClass("gold"));
        Rig.Start("-v=2", "--retry-interval-start=20ms");
        await _world.UntilEvent("VolumeResizeFailed", "while a pod uses it");
        _world.DeletePod("p");
        await _world.UntilSized("2Gi");
        _world.Name("silver", "b");
        await _world.UntilClass("silver", "b");
        var allowed = new Dictionary<string, string[]>
        {
            ["persistentvolumes"] = ["get", "list", "watch", "patch"], ["persistentvolumeclaims"] = ["get", "list", "watch"], ["persistentvolumeclaims/status"] = ["patch"],
            ["pods"] = ["get", "list", "watch"], ["events"] = ["list", "watch", "create", "update", "patch"], ["volumeattributesclasses"] = ["get", "list", "watch"],
        };
        foreach (var asked in Rig.Requests.Select(r => r.Request).ToList())
        {
            var resource = asked.Resource + (asked.Subresource.Length > 0 ? $"/{asked.Subresource}" : "");
            Assert.That(allowed.GetValueOrDefault(resource) ?? [], Does.Contain(asked.Verb), $"{asked.Verb} {resource}");
        }
    }

    [Test]
    public async Task A_server_without_classes_of_attributes_is_no_trouble_and_one_that_comes_to_serve_them_is_noticed()
    {
        Rig.Cluster.Faults.Add(new RequestMatch { Verb = "get", Resource = World.AttributesClasses }, new FaultAction.Answer(new ApiStatus(404, "NotFound", "the server could not find the requested resource")), times: 1);
        _world.AddAttributesClass("gold");
        _world.Add(new TestClaim("b").OfClass("gold"));
        Rig.Start("-v=2", "--retry-interval-start=20ms");
        await _world.UntilClass("gold", "b");
    }
}
