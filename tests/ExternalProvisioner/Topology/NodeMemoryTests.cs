using System.Globalization;
using System.Text.Json;
using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>What ten thousand nodes weigh, whatever else is written on them.</summary>
internal sealed class NodeMemoryTests
{
    private const int Nodes = 10_000;
    private const int Labels = 25;

    [Test]
    public void A_node_weighs_no_more_than_its_place()
    {
        var stores = new SharedStores();
        var topology = NodeTopology.Watched(stores, ScriptedDriverOptions.DefaultName);
        var driverNodes = stores.Of(Resources.CsiNodes, static (_, _) => { });
        var nodes = stores.Of(Resources.Nodes, static (_, _) => { });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        driverNodes.Take(new(WatchEventKind.ListStarted));
        for (var i = 0; i < Nodes; i++) driverNodes.Take(new(WatchEventKind.Listed, JsonSerializer.Deserialize(DriverNode(i), Resources.CsiNodes.Item)));
        driverNodes.Take(new(WatchEventKind.ListCompleted, Version: Nodes));
        nodes.Take(new(WatchEventKind.ListStarted));
        for (var i = 0; i < Nodes; i++) nodes.Take(new(WatchEventKind.Listed, JsonSerializer.Deserialize(Node(i), Resources.Nodes.Item)));
        nodes.Take(new(WatchEventKind.ListCompleted, Version: Nodes));
        var perNode = (GC.GetTotalMemory(forceFullCollection: true) - before) / Nodes;
        TestContext.Out.WriteLine($"{perNode} bytes for each of {Nodes} nodes with {Labels} labels");
        Assert.That(new ClusterTopology(topology).ByKeysOfMost().Places, Has.Count.EqualTo(100));
        Assert.That(topology.LabelsOf("node-000042.example.com"), Has.Count.EqualTo(1));
        Assert.That(perNode, Is.LessThan(1000), "with all its labels it would be some four thousand");
    }

    private static string DriverNode(int i) =>
        $$"""{"metadata":{"name":"{{NameOf(i)}}","uid":"{{Uid(i)}}","resourceVersion":"{{i + 1}}"},"spec":{"drivers":[{"name":"csi.example.com","nodeID":"i-{{i:x12}}","topologyKeys":["topology.example.com/zone"]},{"name":"other.example.com","nodeID":"{{i}}","topologyKeys":["a","b"]}]} }""";

    private static string Node(int i)
    {
        var labels = Enumerable.Range(1, Labels - 1).Select(l => $"\"label-{l}.example.com/of-node\":\"value-{l}-{i}\"").Append($"\"topology.example.com/zone\":\"zone-{i % 100}\"");
        return $$"""{"metadata":{"name":"{{NameOf(i)}}","uid":"{{Uid(i)}}","resourceVersion":"{{i + 1}}","labels":{ {{string.Join(',', labels)}} } },"spec":{"podCIDR":"10.0.0.0/24"},"status":{"conditions":[{"type":"Ready","status":"True"}]} }""";
    }

    private static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"node-{i:d6}.example.com");

    private static string Uid(int i) => new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString();
}
