using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// Where the nodes stand, as far as the driver sees a difference: which keys it told of each node (CSINode), and what the node's labels say of
/// them. Of ten thousand nodes no other label is kept, so the nodes are read after the keys, and anew when a key turns up that no node had.
/// What is made of it never depends on the order in which nodes were seen.
/// </summary>
internal sealed class NodeTopology
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal); // every key the driver told of any node
    private readonly Lock _lock = new();
    private readonly ObjectStore<CsiNode> _driverNodes;
    private readonly ObjectStore<Node> _nodes;

    private NodeTopology(ObjectStore<CsiNode> driverNodes, ObjectStore<Node> nodes, Action readNodesAnew)
    {
        (_driverNodes, _nodes) = (driverNodes, nodes);
        driverNodes.Changed += change =>
        {
            if (Learn(KeysOf(change.New)) && driverNodes.Synced.IsCompleted) readNodesAnew();
            var isOther = change.Old?.Own is null != change.New?.Own is null || !KeysOf(change.Old).SequenceEqual(KeysOf(change.New));
            if (isOther || change.Old is null || change.New is null) Changed?.Invoke((change.New ?? change.Old)!.Name);
        };
        nodes.Changed += change =>
        {
            if (!Place(change.Old).Equals(Place(change.New)) || change.Old is null || change.New is null) Changed?.Invoke((change.New ?? change.Old)!.Name);
        };
    }

    /// <summary>Of the cluster's nodes, by two watches.</summary>
    public static NodeTopology Watched(SharedStores stores, string driver)
    {
        NodeTopology? topology = null;
        var driverNodes = stores.Of(Resources.CsiNodes, new Readings(new AskedDriver(driver)).DriverNode);
        var nodes = stores.Of(Resources.Nodes, (read, kept) => kept.Metadata.Labels = topology!.Only(read.Metadata.Labels), after: driverNodes.Synced);
        return topology = new NodeTopology(driverNodes, nodes, () => stores.ReadAnew(Resources.Nodes));
    }

    /// <summary>Of one node that stands where it does, without any watch: for a process that serves its own node alone.</summary>
    public static NodeTopology Fixed(string node, TopologyTerm place)
    {
        var (driverNodes, nodes) = (new ObjectStore<CsiNode>(), new ObjectStore<Node>());
        var driverNode = new CsiNode { Metadata = { Name = node } };
        driverNode.OwnToFill().TopologyKeys = [.. place.Entries.Select(e => e.Key)];
        Fill(driverNodes, driverNode);
        Fill(nodes, new Node { Metadata = { Name = node, Labels = StringMap.From(place.Entries) } });
        return new NodeTopology(driverNodes, nodes, static () => { });
    }

    /// <summary>
    /// Told on a watch's task that what is known of the node of that name changed: its keys, its labels, or whether it is there at all.
    /// </summary>
    public event Action<string>? Changed;

    /// <summary>Names of the nodes on which the driver has told of itself, in no order.</summary>
    public IReadOnlyList<string> DriverNodes => [.. _driverNodes.Snapshot().Where(n => n.Own is not null).Select(n => n.Name)];

    /// <summary>The keys the driver told of each of them, in no order.</summary>
    public IEnumerable<IReadOnlyList<string>> AllKeys => _driverNodes.Snapshot().Where(n => n.Own is not null).Select(n => KeysOf(n));

    /// <summary>The labels of every node, in no order.</summary>
    public IEnumerable<StringMap> AllLabels => _nodes.Snapshot().Select(n => n.Metadata.Labels ?? StringMap.Empty);

    /// <summary>Whether the node has told of any driver; one that has not is not there, or not ready yet. One that cannot be read is there.</summary>
    public bool IsKnown(string node) => _driverNodes.Find(new ObjectKey(null, node)) is not null || IsUnreadable(node);

    /// <summary>Whether what the cluster says of the node now cannot be read.</summary>
    public bool IsUnreadable(string node) => _driverNodes.IsUnreadable(new ObjectKey(null, node)) || _nodes.IsUnreadable(new ObjectKey(null, node));

    /// <summary>Whether the driver has told of itself on the node, with keys or without.</summary>
    public bool HasDriver(string node) => _driverNodes.Find(new ObjectKey(null, node))?.Own is not null;

    /// <summary>The keys the driver told of the node, in its order; none where it is not there, or sees no difference.</summary>
    public IReadOnlyList<string> KeysOf(string node) => KeysOf(_driverNodes.Find(new ObjectKey(null, node)));

    /// <summary>Whether the driver sees a difference at the node, and its labels say which.</summary>
    public bool IsPlaced(string node) => KeysOf(node) is { Count: > 0 } keys && LabelsOf(node) is { } labels && keys.All(labels.Has);

    /// <summary>The labels of the node under all keys of the driver; null where there is no such node.</summary>
    public StringMap? LabelsOf(string node) => _nodes.Find(new ObjectKey(null, node)) is { } found ? found.Metadata.Labels ?? StringMap.Empty : null;

    /// <summary>The place that labels name by these keys; null where one of them is missing.</summary>
    public static TopologyTerm? Place(StringMap labels, IEnumerable<string> keys)
    {
        var entries = new List<KeyValuePair<string, string>>();
        foreach (var key in keys)
        {
            if (labels[key] is not { } value) return null;
            entries.Add(new(key, value));
        }
        return TopologyTerm.Of(entries);
    }

    private static void Fill<T>(ObjectStore<T> store, T only) where T : KubeObject, new()
    {
        store.Take(new(WatchEventKind.ListStarted));
        store.Take(new(WatchEventKind.Listed, only));
        store.Take(new(WatchEventKind.ListCompleted));
    }

    private static string[] KeysOf(CsiNode? node) => node?.Own?.TopologyKeys ?? [];

    private static TopologyTerm Place(Node? node) => TopologyTerm.Of(node?.Metadata.Labels ?? StringMap.Empty);

    /// <summary>True where a key is news.</summary>
    private bool Learn(string[] keys)
    {
        var isNews = false;
        lock (_lock)
        {
            foreach (var key in keys) isNews |= _keys.Add(key);
        }
        return isNews;
    }

    private StringMap? Only(StringMap? labels)
    {
        lock (_lock) return labels?.Only(_keys);
    }
}
