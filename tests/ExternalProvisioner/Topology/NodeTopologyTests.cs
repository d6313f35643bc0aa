using System.Text.Json.Nodes;
using System.Threading.Channels;
using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Control;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>What is known of nodes, by the watches of a real cluster.</summary>
internal sealed class NodeTopologyTests
{
    private readonly Channel<string> _changes = Channel.CreateUnbounded<string>();
    private SidecarRig _rig = null!;
    private ClusterWorld _world = null!;
    private NodeTopology _topology = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await SidecarRig.PrepareAsync(new ScriptedDriverOptions(), clockStands: false);
        _world = new ClusterWorld(_rig.Cluster.Storage);
    }

    [TearDown]
    public Task End() => _rig.DisposeAsync().AsTask();

    [Test]
    public async Task Of_a_node_only_the_labels_under_the_drivers_keys_are_kept()
    {
        AddNode("n1", "zone=z1 rack=r1 other=o", "zone rack");
        AddNode("n2", "zone=z2 other=o", "");
        AddNode("n3", "zone=z3 other=o");
        await Run();
        Assert.That(_topology.KeysOf("n1"), Is.EqualTo((string[])["zone", "rack"]));
        Assert.That(_topology.LabelsOf("n1"), Is.EquivalentTo(new Dictionary<string, string> { ["zone"] = "z1", ["rack"] = "r1" }));
        Assert.That((_topology.KeysOf("n2").Count, _topology.KeysOf("n3").Count, _topology.KeysOf("n4").Count), Is.EqualTo((0, 0, 0)));
        Assert.That((_topology.IsKnown("n2"), _topology.IsKnown("n3"), _topology.IsKnown("n4")), Is.EqualTo((true, true, false)));
        Assert.That(_topology.DriverNodes, Is.EquivalentTo((string[])["n1", "n2"]));
        Assert.That((_topology.LabelsOf("n3")!["zone"], _topology.LabelsOf("n3")!["other"], _topology.LabelsOf("n4")), Is.EqualTo(("z3", (string?)null, (Sidecars.Kubernetes.Objects.StringMap?)null)));
        Assert.That(_rig.Cluster.Requests.Entries.Count(r => r.Request.Resource is "nodes"), Is.EqualTo(1), "the keys were known first");
    }

    [Test]
    public async Task A_key_no_node_had_yet_has_the_nodes_read_anew()
    {
        AddNode("n1", "zone=z1 rack=r1", "zone");
        AddNode("n2", "zone=z2 rack=r2");
        await Run();
        Assert.That(_topology.LabelsOf("n2")!["rack"], Is.Null);
        _world.Patch("csinodes", "n1", """{"spec":{"drivers":[]}}"""); // as a kubelet does before it notes the driver anew
        _world.Patch("csinodes", "n1", """{"spec":{"drivers":[{"name":"csi.example.com","nodeID":"id-n1","topologyKeys":["zone","rack"]}]}}""");
        await Until(() => _topology.LabelsOf("n2")!["rack"] is "r2" && _topology.LabelsOf("n1")!["rack"] is "r1");
        _world.Patch("nodes", "n2", """{"metadata":{"labels":{"rack":"r3"}}}""");
        await Until(() => _topology.LabelsOf("n2")!["rack"] is "r3");
    }

    [Test]
    public async Task Changes_that_do_not_matter_are_not_told()
    {
        AddNode("n1", "zone=z1", "zone");
        await Run();
        while (_changes.Reader.TryRead(out _)) { }
        _world.Patch("nodes", "n1", """{"metadata":{"labels":{"other":"o"}}}""");
        _world.Patch("csinodes", "n1", """{"metadata":{"labels":{"other":"o"}}}""");
        _world.Patch("nodes", "n1", """{"metadata":{"labels":{"zone":"z2"}}}""");
        Assert.That(await _changes.Reader.ReadAsync().AsTask().WithinLimit(), Is.EqualTo("n1"));
        Assert.That(_topology.LabelsOf("n1")!["zone"], Is.EqualTo("z2"));
        _world.Delete("nodes", "n1");
        await Until(() => _topology.LabelsOf("n1") is null);
    }

    [Test]
    public async Task A_driver_that_comes_to_a_node_without_keys_is_told()
    {
        AddNode("n1", "zone=z1");
        await Run();
        while (_changes.Reader.TryRead(out _)) { }
        Assert.That(_topology.HasDriver("n1"), Is.False);
        _world.Patch("csinodes", "n1", """{"spec":{"drivers":[{"name":"csi.example.com","nodeID":"id-n1"}]}}""");
        Assert.That(await _changes.Reader.ReadAsync().AsTask().WithinLimit(), Is.EqualTo("n1"));
        Assert.That(_topology.HasDriver("n1"), Is.True);
    }

    private void AddNode(string name, string labels, string? keys = null)
    {
        var metadata = new JsonObject { ["name"] = name, ["labels"] = new JsonObject(labels.Split(' ').Select(l => l.Split('=')).Select(l => KeyValuePair.Create(l[0], (JsonNode?)l[1]))) };
        _world.Create("nodes", new JsonObject { ["metadata"] = metadata });
        var drivers = new JsonArray();
        if (keys is not null)
        {
            drivers.Add(new JsonObject
            {
                ["name"] = ScriptedDriverOptions.DefaultName, ["nodeID"] = $"id-{name}",
                ["topologyKeys"] = new JsonArray([.. keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(k => JsonValue.Create(k))]),
            });
        }
        _world.Create("csinodes", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["drivers"] = drivers } });
    }

    private async Task Run()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _rig.Run(ProvisionerProgram.Sidecar(new ProvisionerOptions { Naming = new("pvc", -1) }) with
        {
            Compose = context =>
            {
                _topology = NodeTopology.Watched(context.Stores, ScriptedDriverOptions.DefaultName);
                _topology.Changed += node => _changes.Writer.TryWrite(node);
                return new Started(started);
            },
        });
        await started.Task.WithinLimit();
    }

    /// <summary>Looks again after each change that is told.</summary>
    private async Task Until(Func<bool> holds)
    {
        while (!holds()) await _changes.Reader.ReadAsync().AsTask().WithinLimit();
    }

    private sealed class Started(TaskCompletionSource started) : IControllers
    {
        public void Start(RunningTasks running) => started.TrySetResult();

        public void Dispose() { }
    }
}
