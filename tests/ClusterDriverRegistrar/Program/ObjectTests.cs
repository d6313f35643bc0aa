using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Program;

/// <summary>What driver and flags together make of the object, through the whole published program.</summary>
internal sealed class ObjectTests
{
    private const string Rights = """
        [{"apiGroups":["storage.k8s.io"],"resources":["csidrivers"],"verbs":["get","watch","create","patch","delete"]},
         {"apiGroups":["coordination.k8s.io"],"resources":["leases"],"verbs":["get","create","update"]},
         {"apiGroups":[""],"resources":["events"],"verbs":["create","patch"]}]
        """;

    [TestCase(null, null, "", true, false)] // 1
    [TestCase("ControllerGetCapabilities", "{}", "", false, false)] // 2
    [TestCase(null, null, "--pod-info-mount=true", true, true)] // 3
    [TestCase(null, null, "--pod-info-mount-version=v1", true, true)]
    [TestCase("GetPluginCapabilities", "{}", "", false, false)] // 11
    [TestCase(null, null, "--attach-required=false", false, false)]
    [TestCase("ControllerGetCapabilities", "{}", "--driver-requires-attachment=true", true, false)]
    public async Task The_object_says_what_driver_and_flags_say(string? method, string? answer, string flag, bool attach, bool podInfo)
    {
        await using var rig = await ProcessRig.PrepareAsync();
        if (method is not null) rig.Driver.Answer(method, DriverRule.Answer(answer!));
        await rig.Started(flag.Length > 0 ? [flag] : []);
        Assert.That(rig.Object, Does.Contain($"\"attachRequired\":{(attach ? "true" : "false")}").And.Contain($"\"podInfoOnMount\":{(podInfo ? "true" : "false")}"));
    }

    [Test]
    public async Task A_driver_whose_controller_does_not_know_the_question_needs_no_attaching()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        rig.Driver.Answer("ControllerGetCapabilities", DriverRule.Fail(Grpc.Core.StatusCode.Unimplemented));
        await rig.Started();
        Assert.That(rig.Object, Does.Contain("\"attachRequired\":false"));
    }

    [Test]
    public async Task A_driver_that_takes_longer_than_a_second_for_its_name_is_asked_again()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        using var gate = rig.Driver.Hold("GetPluginInfo");
        var program = rig.Start();
        Assert.That(await program.WaitForErrorLine(l => l.Contains("The driver does not answer yet, asking again", StringComparison.Ordinal)), Does.Contain("GetPluginInfo"));
        gate.Release();
        await program.WaitForErrorLine(l => l.Contains("Created CSIDriver", StringComparison.Ordinal));
    }

    [Test]
    public async Task With_the_rights_of_its_page_it_does_all_it_can()
    {
        await using var rig = await ProcessRig.PrepareAsync(rules: Rights);
        var program = await rig.Started("--reconcile", "--leader-election", "--leader-election-namespace=default");
        Assert.That(rig.Cluster.Storage.Patch(KeeperRig.Resource, null, KeeperRig.Name, PatchKind.Merge, System.Text.Json.Nodes.JsonNode.Parse("""{"spec":{"podInfoOnMount":true}}""")!).IsOk);
        await program.WaitForErrorLine(l => l.Contains("Changed the CSIDriver", StringComparison.Ordinal));
        Assert.That(rig.Object, Does.Contain("\"podInfoOnMount\":false"));
        Assert.That(rig.Cluster.Storage.Delete(KeeperRig.Resource, null, KeeperRig.Name).IsOk);
        await rig.Cluster.Requests.WaitFor(KeeperRig.Match("create"), 2).WithinLimit();
        await rig.Cluster.Requests.WaitFor(new RequestMatch { Verb = "create", Resource = "events" }).WithinLimit();
        program.Interrupt();
        Assert.That(await program.WaitForExit(), Is.Zero, "the leader deletes the object");
        Assert.That(rig.ObjectExists, Is.False);
        Assert.That(rig.Cluster.Requests.Entries.Where(e => e.Code is 403), Is.Empty);
    }

    [Test]
    public async Task Rights_that_are_missing_are_told_at_the_start_with_the_rules_that_grant_them()
    {
        await using var rig = await ProcessRig.PrepareAsync(rules: """[{"apiGroups":["storage.k8s.io"],"resources":["csidrivers"],"verbs":["get","create"]}]""");
        var program = await rig.Started("--reconcile");
        var told = await program.WaitForErrorLine(line => line.Contains("lacks a right", StringComparison.Ordinal) && line.Contains("patch", StringComparison.Ordinal));
        Assert.That(told, Does.Contain("change of the driver's object").And.Contain("resourceNames: [\\\"csi.example.com\\\"]"));
        Assert.That(program.ErrorLines, Has.Some.Contains("registration of the driver").And.Contain("verbs: [\\\"watch\\\"]"));
    }

    [Test]
    public async Task With_the_release_gate_a_termination_gives_the_lease_back_and_leaves_the_object()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        var program = await rig.Started("--leader-election", "--leader-election-namespace=default", "--feature-gates=ReleaseLeaderElectionOnExit=true");
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
        var lease = rig.Cluster.Storage.Get("leases", "default", "cluster-driver-registrar-leader-csi-example-com").Value.ToJson();
        Assert.That(lease["spec"]!["holderIdentity"]?.ToString(), Is.Null.Or.Empty);
        Assert.That(rig.ObjectExists);
    }

    [Test]
    public async Task Only_who_leads_tells_whether_the_object_is_in_order()
    {
        await using var rig = await ProcessRig.PrepareAsync();
        string[] election = ["--leader-election", "--leader-election-namespace=default"];
        var port = FreePort.Next();
        using var held = rig.Cluster.Faults.Add(new RequestMatch { Verb = "create", Resource = "leases" }, new FaultAction.Hold());
        var program = rig.Start([.. election, $"--http-endpoint=127.0.0.1:{port}"]);
        await held.Reached.WithinLimit();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.That(await http.GetStringAsync("/metrics").WithinLimit(), Does.Not.Contain("object_in_order"));
        held.Release();
        await program.WaitForErrorLine(l => l.Contains("Created CSIDriver", StringComparison.Ordinal));
        Assert.That(await http.GetStringAsync("/metrics").WithinLimit(), Does.Contain("csi_cluster_driver_registrar_object_in_order 1"));
    }
}
