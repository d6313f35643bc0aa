using Sidecars.EmbeddedCluster.Controllers;
using Sidecars.Tests.Support;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

/// <summary>A cluster of three nodes, each with its kubelet, its labels and what drivers say there.</summary>
internal sealed class SeveralNodesTests : ControllerTest
{
    private static readonly string[] Names = ["node-1", "node-2", "node-3"];

    private readonly Dictionary<string, ScriptedDriver> _drivers = [];

    private protected override IReadOnlyList<NodeOptions> Nodes => [.. Names.Select(name =>
        new NodeOptions(name, Path.Combine(DirectoryOfKubelet, name)) { Labels = new Dictionary<string, string> { ["zone"] = "zone-of-" + name } })];

    [SetUp]
    public async Task StartDrivers()
    {
        foreach (var name in Names)
        {
            _drivers[name] = await ScriptedDriver.StartNewAsync().WithinLimit();
            Knows(name, name);
        }
    }

    [TearDown]
    public async Task StopDrivers()
    {
        foreach (var driver in _drivers.Values) await driver.DisposeAsync().WithinLimit();
        _drivers.Clear();
    }

    [Test]
    public async Task Each_node_has_its_labels_and_its_driver_s_topology_and_keys()
    {
        foreach (var name in Names) await Register(name);
        Assert.Multiple(() =>
        {
            foreach (var name in Names)
            {
                var labels = Storage.Get("nodes", null, name).Value.Labels;
                var driver = Storage.Get("csinodes", null, name).Value.ToJson().Array("spec", "drivers").Objects().Single();
                Assert.That(labels["zone"], Is.EqualTo("zone-of-" + name));
                Assert.That(labels["csi.example.com/node"], Is.EqualTo(name));
                Assert.That(driver.Text("nodeID"), Is.EqualTo("id-of-" + name));
                Assert.That(driver.Array("topologyKeys").Texts(), Is.EqualTo(new[] { "csi.example.com/node" }));
            }
        });
    }

    [Test]
    public async Task The_label_is_there_before_the_entry_that_names_its_key()
    {
        var before = Storage.Version;
        await Register("node-2");
        var labelled = await FirstChange("nodes", before, node => node.Labels.ContainsKey("csi.example.com/node"));
        var listed = await FirstChange("csinodes", before, node => node.ToJson().Array("spec", "drivers")?.Count > 0);
        Assert.That(labelled.Version, Is.LessThan(listed.Version));
    }

    [Test]
    public async Task A_driver_that_says_its_node_is_elsewhere_than_the_label_says_is_not_registered()
    {
        await Register("node-1");
        Started.UnregisterDriver("csi.example.com");
        Knows("node-1", "node-9");
        await Assert.ThatAsync(
            () => Register("node-1"), Throws.InvalidOperationException.With.Message.Contains("topology value collision").And.Message.Contains("node-9"));
        Assert.That(Storage.Get("csinodes", null, "node-1").Value.ToJson().Array("spec", "drivers"), Is.Empty);
    }

    [Test]
    public async Task A_node_nobody_named_cannot_get_a_driver() => await Assert.ThatAsync(
        () => Started.RegisterDriver(_drivers["node-1"].Address, CancellationToken.None, "node-9"),
        Throws.InvalidOperationException.With.Message.Contains("node-9"));

    [Test]
    public async Task A_pod_s_volume_is_mounted_by_the_driver_of_the_node_that_reaches_it_and_by_no_other()
    {
        foreach (var name in Names) await Register(name);
        MakeClass();
        MakeVolume("pv-1", MakeClaim(), more: """
            , "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "csi.example.com/node", "operator": "In", "values": ["node-3"]}]}]} }
            """);
        await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        MakePod("pod", "claim");
        var pod = await UntilPhase("pods", "pod", "Running");
        Assert.Multiple(() =>
        {
            Assert.That(pod.ToJson().Text("spec", "nodeName"), Is.EqualTo("node-3"));
            Assert.That(Names.Select(name => _drivers[name].Calls.Of("NodePublishVolume").Count), Is.EqualTo(new[] { 0, 0, 1 }));
            Assert.That(Storage.List("volumeattachments").Items.Single().ToJson().Text("spec", "nodeName"), Is.EqualTo("node-3"));
        });
    }

    private void Knows(string node, string topology) => _drivers[node].Answer("NodeGetInfo", DriverRule.Answer(
        $$"""{"node_id":"id-of-{{node}}","accessible_topology":{"segments":{"csi.example.com/node":"{{topology}}"} } }"""));

    private Task<string> Register(string node) => Started.RegisterDriver(_drivers[node].Address, CancellationToken.None, node).WithinLimit();

    private async Task<StoredObject> FirstChange(string resource, long after, Func<StoredObject, bool> holds)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Limit, TimeProvider.System);
        await foreach (var change in Storage.Watch(resource, after, stop: limit.Token))
            if (holds(change.Object)) return change.Object;
        throw new InvalidOperationException("A watch has no end.");
    }
}
