using Csi.V1;
using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class ControllerPublishTests : DriverTest
{
    private static readonly TestCaseData[] Malformed =
    [
        Case("no volume id", r => r.VolumeId = ""),
        Case("no node id", r => r.NodeId = ""),
        Case("no capability", r => r.VolumeCapability = null),
        Case("the access mode UNKNOWN", r => r.VolumeCapability.AccessMode.Mode = Mode.Unknown),
        Case("the volume's other access type", r => r.VolumeCapability = Requests.Block()),
    ];

    private string _volume = "";

    [SetUp]
    public async Task MakeVolume() => _volume = (await Driver.CreateVolume("pvc-1").WaitAsync(Limit)).VolumeId;

    [Test]
    public async Task A_published_volume_is_listed_with_its_node_until_it_is_unpublished()
    {
        await Publish();
        Assert.That(await PublishedNodes(), Is.EqualTo(new[] { "node-1" }));
        await Ok(Driver.Controller.ControllerUnpublishVolumeAsync(new() { VolumeId = _volume, NodeId = "node-1" }));
        Assert.That(await PublishedNodes(), Is.Empty);
    }

    [Test]
    public async Task Publishing_again_gives_the_same_answer()
    {
        var first = await Publish();
        Assert.That(await Publish(), Is.EqualTo(first));
    }

    [Test]
    public async Task Publishing_again_with_another_readonly_flag_already_exists()
    {
        await Publish();
        await RefusedPublish(r => r.Readonly = true, StatusCode.AlreadyExists);
    }

    [Test]
    public async Task Publishing_again_with_another_mode_already_exists()
    {
        await Publish();
        await RefusedPublish(r => r.VolumeCapability.AccessMode.Mode = Mode.MultiNodeMultiWriter, StatusCode.AlreadyExists);
    }

    [TestCaseSource(nameof(Malformed))]
    public async Task A_malformed_request_is_an_invalid_argument(Action<ControllerPublishVolumeRequest> spoil) =>
        await RefusedPublish(spoil, StatusCode.InvalidArgument);

    [Test]
    public async Task An_unknown_volume_is_not_found() => await RefusedPublish(r => r.VolumeId = "vol-unknown", StatusCode.NotFound);

    [Test]
    public async Task An_unknown_node_is_not_found() => await RefusedPublish(r => r.NodeId = "node-9", StatusCode.NotFound);

    [Test]
    public async Task Unpublishing_without_a_node_takes_it_from_all()
    {
        await Publish();
        await Ok(Driver.Controller.ControllerUnpublishVolumeAsync(new() { VolumeId = _volume }));
        Assert.That(await PublishedNodes(), Is.Empty);
    }

    [Test]
    public async Task Unpublishing_what_is_not_published_or_unknown_succeeds()
    {
        await Ok(Driver.Controller.ControllerUnpublishVolumeAsync(new() { VolumeId = _volume, NodeId = "node-1" }));
        await Ok(Driver.Controller.ControllerUnpublishVolumeAsync(new() { VolumeId = "vol-unknown", NodeId = "node-1" }));
    }

    [Test]
    public async Task Unpublishing_without_a_volume_is_an_invalid_argument() =>
        await Refused(Driver.Controller.ControllerUnpublishVolumeAsync(new() { NodeId = "node-1" }), StatusCode.InvalidArgument);

    [Test]
    public async Task A_node_with_as_many_volumes_as_it_may_have_gets_no_more()
    {
        await Driver.Restart(o => o with { MaxVolumesPerNode = 1 }).WaitAsync(Limit);
        await Publish();
        var second = (await Driver.CreateVolume("pvc-2")).VolumeId;
        await RefusedPublish(r => r.VolumeId = second, StatusCode.ResourceExhausted);
        await Publish(); // A repeat takes no slot.
    }

    [Test]
    public async Task A_volume_left_on_a_former_node_is_refused_to_the_new_one_and_the_refusal_names_the_former()
    {
        await Publish();
        await Driver.Restart(o => o with { NodeId = "node-2" }).WaitAsync(Limit);
        var status = await RefusedPublish(r => r.NodeId = "node-2", StatusCode.FailedPrecondition);
        Assert.That(status.Detail, Does.Contain("node-1"));
    }

    [Test]
    public async Task Several_nodes_may_have_a_volume_in_a_multi_node_mode()
    {
        await Publish(r => r.VolumeCapability = Requests.Mount(Mode.MultiNodeMultiWriter));
        await Driver.Restart(o => o with { NodeId = "node-2" }).WaitAsync(Limit);
        await Publish(r =>
        {
            r.NodeId = "node-2";
            r.VolumeCapability = Requests.Mount(Mode.MultiNodeMultiWriter);
        });
        Assert.That(await PublishedNodes(), Is.EqualTo(new[] { "node-1", "node-2" }));
    }

    private Task<ControllerPublishVolumeResponse> Publish(Action<ControllerPublishVolumeRequest>? change = null) =>
        Ok(Driver.Controller.ControllerPublishVolumeAsync(Requests.ControllerPublish(_volume, change)));

    private Task<Status> RefusedPublish(Action<ControllerPublishVolumeRequest> change, StatusCode code) =>
        Refused(Driver.Controller.ControllerPublishVolumeAsync(Requests.ControllerPublish(_volume, change)), code);

    private async Task<IEnumerable<string>> PublishedNodes() =>
        (await Ok(Driver.Controller.ControllerGetVolumeAsync(new() { VolumeId = _volume }))).Status.PublishedNodeIds;

    private static TestCaseData Case(string name, Action<ControllerPublishVolumeRequest> change) =>
        new TestCaseData(change).SetArgDisplayNames(name);
}
