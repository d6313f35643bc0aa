using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

/// <summary>The kubelet's part in the growth of a claim.</summary>
internal sealed class NodeExpansionTests : ControllerTest
{
    private const string Claims = "persistentvolumeclaims";
    private ScriptedDriver _driver = null!;

    private protected override bool HasNode => true;

    [SetUp]
    public async Task StartDriver()
    {
        _driver = await ScriptedDriver.StartNewAsync().WithinLimit();
        _driver.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"id-of-node-1"}"""));
        _driver.Answer("NodeGetCapabilities", DriverRule.Answer("""{"capabilities":[{"rpc":{"type":"EXPAND_VOLUME"}}]}"""));
        await Started.RegisterDriver(_driver.Address, CancellationToken.None).WithinLimit();
        Make("persistentvolumes", """
            {"metadata":{"name":"pv-1"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Retain",
             "storageClassName":"","csi":{"driver":"csi.example.com","volumeHandle":"handle-pv-1"}}}
            """);
        Make(Claims, """
            {"metadata":{"name":"claim","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"","resources":{"requests":{"storage":"1Gi"}}}}
            """);
        Make("pods", """
            {"metadata":{"name":"pod","namespace":"default"},"spec":{"nodeName":"node-1","containers":[{"name":"c","image":"i"}],
             "volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"claim"}}]}}
            """);
        await UntilPhase("pods", "pod", "Running");
    }

    [TearDown]
    public async Task StopDriver() => await _driver.DisposeAsync().WithinLimit();

    [Test]
    public async Task Of_a_running_pod_it_is_ended_and_the_claim_has_its_size()
    {
        Grow();
        var claim = await Until(Claims, "claim", c => c.Text("status", "capacity", "storage") == "2Gi");
        Assert.That(claim.ToJson().Object("status")!.ContainsKey("allocatedResourceStatuses"), Is.False);
        Assert.That(claim.ToJson().Array("status", "conditions"), Is.Null);
        var call = _driver.Calls.Of("NodeExpandVolume").Single().Request;
        Assert.That((call.Text("volume_id"), call.Text("capacity_range", "required_bytes")), Is.EqualTo(("handle-pv-1", "2147483648")));
        Assert.That(await UntilEvent("claim", "FileSystemResizeSuccessful"), Does.Contain("pv-1"));
    }

    [Test]
    public async Task One_the_node_cannot_do_is_the_controllers_again()
    {
        _driver.Answer("NodeExpandVolume", DriverRule.Fail(StatusCode.InvalidArgument, "no room for the journal"));
        Grow();
        var claim = await Until(Claims, "claim", c => c.Text("status", "allocatedResourceStatuses", "storage") == "NodeResizeInfeasible");
        Assert.That(claim.ToJson().Array("status", "conditions").Objects().Single(c => c.Text("type") == "NodeResizeError").Text("message"), Does.Contain("no room for the journal"));
        Assert.That(claim.ToJson().Text("status", "capacity", "storage"), Is.EqualTo("1Gi"));
    }

    [Test]
    public async Task One_that_fails_for_now_is_tried_again()
    {
        _driver.Answer("NodeExpandVolume", DriverRule.Fail(StatusCode.Unavailable), DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        Grow();
        await Until(Claims, "claim", c => c.Text("status", "capacity", "storage") == "2Gi");
        Assert.That(_driver.Calls.Of("NodeExpandVolume"), Has.Count.EqualTo(3));
    }

    /// <summary>As the controller leaves it.</summary>
    private void Grow()
    {
        _ = Storage.Patch("persistentvolumes", null, "pv-1", PatchKind.Merge, System.Text.Json.Nodes.JsonNode.Parse("""{"spec":{"capacity":{"storage":"2Gi"}}}""")!, "").Value;
        _ = Storage.Patch(Claims, "default", "claim", PatchKind.Merge, System.Text.Json.Nodes.JsonNode.Parse("""
            {"status":{"allocatedResources":{"storage":"2Gi"},"allocatedResourceStatuses":{"storage":"NodeResizePending"},
             "conditions":[{"type":"Resizing","status":"True"},{"type":"FileSystemResizePending","status":"True"}]}}
            """)!, "status").Value;
    }
}
