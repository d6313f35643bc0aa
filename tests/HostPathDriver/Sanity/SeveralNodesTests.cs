using Csi.V1;
using Grpc.Core;
using Grpc.Net.Client;
using static Sidecars.HostPathDriver.Tests.RunningDriver;

namespace Sidecars.HostPathDriver.Tests.Sanity;

/// <summary>A driver of three nodes with 10, 2 and 6 Gi, and on each of them 1 Gi for volumes of the kind small.</summary>
internal sealed class SeveralNodesTests : DriverTest
{
    private const string Key = "topology.hostpath.csi.sidecars.dev/node";

    private readonly Dictionary<string, GrpcChannel> _channels = [];

    private protected override DriverOptions Change(DriverOptions options)
    {
        var folder = Path.GetDirectoryName(options.SocketPath)!;
        return options with
        {
            FurtherNodes = [new("node-2", Path.Combine(folder, "2.sock")), new("node-3", Path.Combine(folder, "3.sock"))],
            NodeCapacities = new Dictionary<string, long> { ["node-2"] = 2 * Gi, ["node-3"] = 6 * Gi },
            KindCapacities = new Dictionary<string, long> { ["small"] = Gi, ["large"] = 100 * Gi },
            MaxVolumeSize = 8 * Gi,
        };
    }

    [TearDown]
    public void CloseChannels()
    {
        foreach (var channel in _channels.Values) channel.Dispose();
        _channels.Clear();
    }

    [Test]
    public async Task Each_socket_answers_for_its_node()
    {
        foreach (var node in Driver.Options.Nodes)
        {
            var info = await Ok(NodeAt(node).NodeGetInfoAsync(new()));
            Assert.Multiple(() =>
            {
                Assert.That(info.NodeId, Is.EqualTo(node));
                Assert.That(info.AccessibleTopology, Is.EqualTo(On(node)));
            });
        }
    }

    [TestCase("node-1", "", 10, 8)]
    [TestCase("node-2", "", 2, 2)]
    [TestCase("node-3", "", 6, 6)]
    [TestCase("node-3", "small", 1, 1)]
    [TestCase("node-3", "large", 6, 6)]
    [TestCase("node-3", "unknown", 0, 0)]
    [TestCase("node-9", "", 0, 0)]
    [TestCase("", "", 18, 8)]
    [TestCase("", "small", 3, 1)]
    public async Task Capacity_is_that_of_the_topology_and_the_kind(string node, string kind, long available, long largest)
    {
        var capacity = await Capacity(node, kind);
        Assert.Multiple(() =>
        {
            Assert.That(capacity.AvailableCapacity, Is.EqualTo(available * Gi));
            Assert.That(capacity.MaximumVolumeSize, Is.EqualTo(largest * Gi));
        });
    }

    [Test]
    public async Task What_a_volume_or_snapshot_takes_is_taken_from_its_node_and_its_kind_alone()
    {
        var volume = await Create("pvc-1", "node-3", kind: "small");
        await Create("pvc-2", "node-3");
        await Driver.CreateSnapshot("snap-1", (await Create("pvc-3", "node-3")).VolumeId);
        Assert.Multiple(async () =>
        {
            Assert.That((await Capacity("node-3", "")).AvailableCapacity, Is.EqualTo(2 * Gi));
            Assert.That((await Capacity("node-3", "small")).AvailableCapacity, Is.Zero);
            Assert.That((await Capacity("node-1", "")).AvailableCapacity, Is.EqualTo(10 * Gi));
            Assert.That((await Capacity("node-1", "small")).AvailableCapacity, Is.EqualTo(Gi));
        });
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = volume.VolumeId }));
        Assert.That((await Capacity("node-3", "small")).AvailableCapacity, Is.EqualTo(Gi));
    }

    [Test]
    public async Task A_full_kind_is_resource_exhausted_although_the_node_has_room()
    {
        await Create("pvc-1", "node-1", kind: "small");
        var status = await RefusedCreate("pvc-2", "node-1", StatusCode.ResourceExhausted, kind: "small");
        Assert.That(status.Detail, Does.Contain("kind small").And.Contain("0 on node-1"));
        await Create("pvc-2", "node-2", kind: "small");
    }

    [Test]
    public async Task An_unknown_kind_is_an_invalid_argument_that_names_those_there_are()
    {
        var status = await RefusedCreate("pvc-1", "node-1", StatusCode.InvalidArgument, kind: "huge");
        Assert.That(status.Detail, Does.Contain("small, large"));
    }

    [Test]
    public async Task A_volume_lies_on_the_first_preferred_node_that_has_room()
    {
        var volume = await Driver.CreateVolume("pvc-1", r =>
        {
            r.CapacityRange.RequiredBytes = 5 * Gi;
            r.AccessibilityRequirements = Requirement(["node-1", "node-2", "node-3"], "node-2", "node-3", "node-1");
        });
        Assert.That(volume.AccessibleTopology.Single(), Is.EqualTo(On("node-3")));
    }

    [Test]
    public async Task Without_a_topology_it_lies_on_the_first_node_that_has_room()
    {
        Assert.That((await Create("pvc-1", "", 8)).AccessibleTopology.Single(), Is.EqualTo(On("node-1")));
        Assert.That((await Create("pvc-2", "", 6)).AccessibleTopology.Single(), Is.EqualTo(On("node-3")));
    }

    [Test]
    public async Task A_preferred_node_that_is_not_among_the_requisite_ones_is_not_taken()
    {
        var volume = await Driver.CreateVolume("pvc-1", r => r.AccessibilityRequirements = Requirement(["node-2"], "node-1"));
        Assert.That(volume.AccessibleTopology.Single(), Is.EqualTo(On("node-2")));
    }

    [Test]
    public async Task A_full_node_is_resource_exhausted_and_goes_through_elsewhere_and_once_there_is_room()
    {
        var first = await Create("pvc-1", "node-2", 2);
        var status = await RefusedCreate("pvc-2", "node-2", StatusCode.ResourceExhausted);
        Assert.That(status.Detail, Does.Contain("0 on node-2"));
        Assert.That((await Create("pvc-2", "node-3")).AccessibleTopology.Single(), Is.EqualTo(On("node-3")));
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = first.VolumeId }));
        await Create("pvc-3", "node-2");
    }

    [Test]
    public async Task The_same_request_for_another_node_already_exists()
    {
        var volume = await Create("pvc-1", "node-2");
        Assert.That(await Create("pvc-1", "node-2"), Is.EqualTo(volume));
        await RefusedCreate("pvc-1", "node-1", StatusCode.AlreadyExists);
    }

    [Test]
    public async Task A_clone_has_its_source_s_content_and_lies_where_it_lies_even_if_another_node_is_preferred()
    {
        var source = await Create("pvc-1", "node-3");
        await File.WriteAllTextAsync(Path.Combine(Driver.Backend.Data.VolumePath(source.VolumeId), "index.html"), "hello").WaitAsync(Limit);
        var clone = await Driver.CreateVolume("pvc-2", r =>
        {
            r.VolumeContentSource = Of(source);
            r.AccessibilityRequirements = Requirement(["node-1", "node-2", "node-3"], "node-1", "node-2", "node-3");
        });
        Assert.Multiple(() =>
        {
            Assert.That(clone.AccessibleTopology.Single(), Is.EqualTo(On("node-3")));
            Assert.That(clone.ContentSource, Is.EqualTo(Of(source)));
            Assert.That(File.ReadAllText(Path.Combine(Driver.Backend.Data.VolumePath(clone.VolumeId), "index.html")), Is.EqualTo("hello"));
        });
    }

    [Test]
    public async Task A_clone_or_restore_on_another_node_is_resource_exhausted_and_names_the_source_s_node()
    {
        var source = await Create("pvc-1", "node-3");
        var snapshot = await Driver.CreateSnapshot("snap-1", source.VolumeId);
        foreach (var content in (VolumeContentSource[])[Of(source), new() { Snapshot = new() { SnapshotId = snapshot.SnapshotId } }])
        {
            var request = Requests.CreateVolume("pvc-2", r =>
            {
                r.VolumeContentSource = content;
                r.AccessibilityRequirements = Requirement(["node-1"]);
            });
            var status = await Refused(Driver.Controller.CreateVolumeAsync(request), StatusCode.ResourceExhausted);
            Assert.That(status.Detail, Does.Contain("node-3").And.Contain("node-1"));
        }
    }

    [Test]
    public async Task A_volume_grows_within_its_node()
    {
        var volume = await Create("pvc-1", "node-2");
        await Refused(Driver.Controller.ControllerExpandVolumeAsync(Expansion(volume, 3)), StatusCode.ResourceExhausted);
        Assert.That((await Ok(Driver.Controller.ControllerExpandVolumeAsync(Expansion(volume, 2)))).CapacityBytes, Is.EqualTo(2 * Gi));
    }

    [Test]
    public async Task A_volume_is_published_and_staged_on_its_node_only()
    {
        var volume = (await Create("pvc-1", "node-2")).VolumeId;
        await Refused(
            Driver.Controller.ControllerPublishVolumeAsync(Requests.ControllerPublish(volume, r => r.NodeId = "node-1")), StatusCode.FailedPrecondition);
        await Refused(
            Driver.Controller.ControllerPublishVolumeAsync(Requests.ControllerPublish(volume, r => r.NodeId = "node-9")), StatusCode.NotFound);
        await Ok(Driver.Controller.ControllerPublishVolumeAsync(Requests.ControllerPublish(volume, r => r.NodeId = "node-2")));

        var stage = Requests.Stage(volume, Driver.PathOf("staging"));
        await Refused(NodeAt("node-1").NodeStageVolumeAsync(stage), StatusCode.FailedPrecondition);
        await Ok(NodeAt("node-2").NodeStageVolumeAsync(stage));
        var publish = Requests.Publish(volume, Driver.PathOf("staging"), Driver.PathOf("target"));
        await Refused(NodeAt("node-3").NodePublishVolumeAsync(publish), StatusCode.FailedPrecondition);
        await Ok(NodeAt("node-2").NodePublishVolumeAsync(publish));
    }

    [Test]
    public async Task Where_a_volume_lies_survives_a_restart_and_a_node_that_is_gone_leaves_its_volumes_to_the_first()
    {
        var volume = await Create("pvc-1", "node-3", kind: "small");
        await Driver.Restart().WaitAsync(Limit);
        Assert.That(await Create("pvc-1", "node-3", kind: "small"), Is.EqualTo(volume));
        Assert.That((await Capacity("node-3", "small")).AvailableCapacity, Is.Zero);

        await Driver.Restart(o => o with { FurtherNodes = [] }).WaitAsync(Limit);
        var listed = (await Ok(Driver.Controller.ListVolumesAsync(new()))).Entries.Single().Volume;
        Assert.That(listed.AccessibleTopology.Single(), Is.EqualTo(On("node-1")));
        Assert.That((await Capacity("node-1", "")).AvailableCapacity, Is.EqualTo(9 * Gi));
    }

    private Node.NodeClient NodeAt(string node)
    {
        var socket = Driver.Options.FurtherNodes.FirstOrDefault(further => further.NodeId == node)?.SocketPath ?? Driver.Options.SocketPath;
        if (!_channels.TryGetValue(node, out var channel)) _channels[node] = channel = Connect(socket);
        return new Node.NodeClient(channel);
    }

    private Task<GetCapacityResponse> Capacity(string node, string kind)
    {
        var request = new GetCapacityRequest();
        if (node.Length > 0) request.AccessibleTopology = On(node);
        if (kind.Length > 0) request.Parameters["kind"] = kind;
        return Ok(Driver.Controller.GetCapacityAsync(request));
    }

    private Task<Volume> Create(string name, string node, long size = 1, string kind = "") => Driver.CreateVolume(name, Asking(node, size, kind));

    private Task<Status> RefusedCreate(string name, string node, StatusCode code, string kind = "") =>
        Refused(Driver.Controller.CreateVolumeAsync(Requests.CreateVolume(name, Asking(node, 1, kind))), code);

    private static Action<CreateVolumeRequest> Asking(string node, long size, string kind) => request =>
    {
        request.CapacityRange.RequiredBytes = size * Gi;
        if (node.Length > 0) request.AccessibilityRequirements = Requirement([node]);
        if (kind.Length > 0) request.Parameters["kind"] = kind;
    };

    private static ControllerExpandVolumeRequest Expansion(Volume volume, long size) =>
        new() { VolumeId = volume.VolumeId, CapacityRange = new() { RequiredBytes = size * Gi } };

    private static TopologyRequirement Requirement(string[] requisite, params string[] preferred) =>
        new() { Requisite = { requisite.Select(On) }, Preferred = { preferred.Select(On) } };

    private static Topology On(string node) => new() { Segments = { [Key] = node } };

    private static VolumeContentSource Of(Volume source) => new() { Volume = new() { VolumeId = source.VolumeId } };
}
