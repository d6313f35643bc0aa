using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>What is known of nodes, told node by node without a cluster. Texts are as in <c>zone=z1 rack=r1</c>.</summary>
internal sealed class NodesInMemory
{
    private readonly ObjectStore<CsiNode> _driverNodes;
    private readonly ObjectStore<Node> _nodes;
    private ulong _version;

    public NodesInMemory()
    {
        var stores = new SharedStores();
        Topology = NodeTopology.Watched(stores, ScriptedDriverOptions.DefaultName);
        _driverNodes = stores.Of(Resources.CsiNodes, static (_, _) => { });
        _nodes = stores.Of(Resources.Nodes, static (_, _) => { });
    }

    public NodeTopology Topology { get; }

    /// <summary>A node whose labels are read after the driver's keys, as by the watches.</summary>
    public NodesInMemory Add(string name, string? labels, string? keys)
    {
        SetKeys(name, keys);
        return labels is null ? this : SetLabels(name, labels);
    }

    /// <summary>Null is a node that has not told of the driver.</summary>
    public NodesInMemory SetKeys(string name, string? keys)
    {
        var drivers = keys is null ? [] : new List<CsiNodeDriver> { new() { Name = ScriptedDriverOptions.DefaultName, NodeId = name, TopologyKeys = Words(keys) } };
        _driverNodes.Take(new(WatchEventKind.Applied, new CsiNode { Metadata = Meta(name), Spec = new CsiNodeDrivers { Drivers = drivers } }));
        return this;
    }

    public NodesInMemory SetLabels(string name, string labels)
    {
        var node = new Node { Metadata = Meta(name) };
        node.Metadata.Labels = Map(labels);
        _nodes.Take(new(WatchEventKind.Applied, node));
        return this;
    }

    public void Remove(string name)
    {
        _driverNodes.Take(new(WatchEventKind.Deleted, new CsiNode { Metadata = Meta(name) }));
        _nodes.Take(new(WatchEventKind.Deleted, new Node { Metadata = Meta(name) }));
    }

    public static StringMap Map(string entries) => StringMap.From(Entries(entries));

    public static TopologyTerm Term(string entries) => TopologyTerm.Of(Entries(entries));

    public static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<KeyValuePair<string, string>> Entries(string text) => Words(text).Select(e => e.Split('=')).Select(e => KeyValuePair.Create(e[0], e[1]));

    private ObjectMeta Meta(string name) => new() { Name = name, ResourceVersion = ++_version };
}
