using Csi.V1;
using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class NodeTests : DriverTest
{
    private string _volume = "";
    private string _staging = "";
    private string _target = "";

    [SetUp]
    public async Task MakeVolume()
    {
        _volume = (await Driver.CreateVolume("pvc-1").WaitAsync(Limit)).VolumeId;
        _staging = Driver.PathOf("staging");
        _target = Driver.PathOf("pod", "mount");
        Directory.CreateDirectory(Driver.PathOf("pod"));
    }

    [Test]
    public async Task What_a_pod_writes_at_the_target_lies_in_the_volume()
    {
        await StageAndPublish();
        await File.WriteAllTextAsync(Path.Combine(_target, "index.html"), "hello").WaitAsync(Limit);
        Assert.That(
            await File.ReadAllTextAsync(Path.Combine(Driver.Backend.Data.VolumePath(_volume), "index.html")).WaitAsync(Limit),
            Is.EqualTo("hello"));
    }

    [Test]
    public async Task Each_node_step_may_be_repeated()
    {
        await StageAndPublish();
        await StageAndPublish();
        await Unpublish();
        await Unpublish();
        await Unstage();
        await Unstage();
        Assert.That(Path.Exists(_target), Is.False);
    }

    [Test]
    public async Task An_empty_directory_at_the_target_makes_room()
    {
        Directory.CreateDirectory(_target);
        await StageAndPublish();
        Assert.That(new DirectoryInfo(_target).LinkTarget, Is.EqualTo(Driver.Backend.Data.VolumePath(_volume)));
    }

    [Test]
    public async Task Something_else_at_the_target_is_never_replaced_and_never_removed()
    {
        await File.WriteAllTextAsync(_target, "precious").WaitAsync(Limit);
        await Driver.Stage(_volume, _staging);
        await Refused(Driver.Node.NodePublishVolumeAsync(Requests.Publish(_volume, _staging, _target)), StatusCode.FailedPrecondition);
        await Unpublish();
        Assert.That(await File.ReadAllTextAsync(_target).WaitAsync(Limit), Is.EqualTo("precious"));
    }

    [Test]
    public async Task A_volume_is_staged_before_it_is_published_and_unpublished_before_it_is_unstaged()
    {
        await Refused(Driver.Node.NodePublishVolumeAsync(Requests.Publish(_volume, _staging, _target)), StatusCode.FailedPrecondition);
        await Refused(Driver.Node.NodePublishVolumeAsync(Requests.Publish(_volume, "", _target)), StatusCode.FailedPrecondition);
        await StageAndPublish();
        var status = await Refused(
            Driver.Node.NodeUnstageVolumeAsync(new() { VolumeId = _volume, StagingTargetPath = _staging }), StatusCode.FailedPrecondition);
        Assert.That(status.Detail, Does.Contain(_target));
    }

    [Test]
    public async Task Staging_again_with_another_mode_already_exists()
    {
        await Driver.Stage(_volume, _staging);
        await Refused(
            Driver.Node.NodeStageVolumeAsync(Requests.Stage(_volume, _staging, Requests.Mount(Mode.MultiNodeMultiWriter))),
            StatusCode.AlreadyExists);
    }

    [Test]
    public async Task A_path_in_use_by_another_volume_already_exists()
    {
        await StageAndPublish();
        var other = (await Driver.CreateVolume("pvc-2")).VolumeId;
        await Refused(Driver.Node.NodeStageVolumeAsync(Requests.Stage(other, _staging)), StatusCode.AlreadyExists);
        await Driver.Stage(other, Driver.PathOf("staging-2"));
        await Refused(
            Driver.Node.NodePublishVolumeAsync(Requests.Publish(other, Driver.PathOf("staging-2"), _target)), StatusCode.AlreadyExists);
    }

    [Test]
    public async Task Publishing_again_at_the_same_path_with_another_readonly_flag_already_exists()
    {
        await StageAndPublish();
        var request = Requests.Publish(_volume, _staging, _target);
        request.Readonly = true;
        await Refused(Driver.Node.NodePublishVolumeAsync(request), StatusCode.AlreadyExists);
    }

    [TestCase(Mode.SingleNodeWriter, false)]
    [TestCase(Mode.SingleNodeSingleWriter, false)]
    [TestCase(Mode.SingleNodeReaderOnly, false)]
    [TestCase(Mode.SingleNodeMultiWriter, true)]
    [TestCase(Mode.MultiNodeReaderOnly, true)]
    [TestCase(Mode.MultiNodeMultiWriter, true)]
    public async Task A_second_path_is_for_the_modes_with_several_users(Mode mode, bool allowed)
    {
        var capability = Requests.Mount(mode);
        await Driver.Stage(_volume, _staging, capability);
        await Driver.Publish(_volume, _staging, _target, capability);
        var second = Driver.Node.NodePublishVolumeAsync(Requests.Publish(_volume, _staging, Driver.PathOf("pod", "two"), capability));
        if (allowed) Assert.That(await Ok(second), Is.Not.Null);
        else await Refused(second, StatusCode.FailedPrecondition);
    }

    [Test]
    public async Task A_block_volume_appears_as_a_file()
    {
        var block = (await Driver.CreateVolume("raw", r => r.VolumeCapabilities[0] = Requests.Block())).VolumeId;
        await Driver.Stage(block, _staging, Requests.Block());
        await Driver.Publish(block, _staging, _target, Requests.Block());
        Assert.That(new FileInfo(_target).ResolveLinkTarget(returnFinalTarget: true), Has.Property(nameof(FileSystemInfo.FullName)).EqualTo(Driver.Backend.Data.VolumePath(block)));
    }

    [Test]
    public async Task Missing_fields_are_invalid_arguments()
    {
        var node = Driver.Node;
        await Refused(node.NodeStageVolumeAsync(Requests.Stage("", _staging)), StatusCode.InvalidArgument);
        await Refused(node.NodeStageVolumeAsync(Requests.Stage(_volume, "")), StatusCode.InvalidArgument);
        await Refused(node.NodeStageVolumeAsync(Requests.Stage(_volume, "relative")), StatusCode.InvalidArgument);
        await Refused(
            node.NodeStageVolumeAsync(new() { VolumeId = _volume, StagingTargetPath = _staging }), StatusCode.InvalidArgument);
        await Refused(node.NodeUnstageVolumeAsync(new() { StagingTargetPath = _staging }), StatusCode.InvalidArgument);
        await Refused(node.NodeUnstageVolumeAsync(new() { VolumeId = _volume }), StatusCode.InvalidArgument);
        await Refused(node.NodePublishVolumeAsync(Requests.Publish("", _staging, _target)), StatusCode.InvalidArgument);
        await Refused(node.NodePublishVolumeAsync(Requests.Publish(_volume, _staging, "")), StatusCode.InvalidArgument);
        await Refused(
            node.NodePublishVolumeAsync(new() { VolumeId = _volume, StagingTargetPath = _staging, TargetPath = _target }),
            StatusCode.InvalidArgument);
        await Refused(node.NodeUnpublishVolumeAsync(new() { TargetPath = _target }), StatusCode.InvalidArgument);
        await Refused(node.NodeUnpublishVolumeAsync(new() { VolumeId = _volume }), StatusCode.InvalidArgument);
        await Refused(node.NodeGetVolumeStatsAsync(new() { VolumePath = _target }), StatusCode.InvalidArgument);
        await Refused(node.NodeGetVolumeStatsAsync(new() { VolumeId = _volume }), StatusCode.InvalidArgument);
        await Refused(node.NodeExpandVolumeAsync(new() { VolumePath = _target }), StatusCode.InvalidArgument);
        await Refused(node.NodeExpandVolumeAsync(new() { VolumeId = _volume }), StatusCode.InvalidArgument);
    }

    [Test]
    public async Task Unknown_volumes_are_not_found()
    {
        var node = Driver.Node;
        await Refused(node.NodeStageVolumeAsync(Requests.Stage("vol-x", _staging)), StatusCode.NotFound);
        await Refused(node.NodeUnstageVolumeAsync(new() { VolumeId = "vol-x", StagingTargetPath = _staging }), StatusCode.NotFound);
        await Refused(node.NodePublishVolumeAsync(Requests.Publish("vol-x", _staging, _target)), StatusCode.NotFound);
        await Refused(node.NodeUnpublishVolumeAsync(new() { VolumeId = "vol-x", TargetPath = _target }), StatusCode.NotFound);
        await Refused(node.NodeGetVolumeStatsAsync(new() { VolumeId = "vol-x", VolumePath = _target }), StatusCode.NotFound);
        await Refused(node.NodeExpandVolumeAsync(new() { VolumeId = "vol-x", VolumePath = _target }), StatusCode.NotFound);
    }

    [Test]
    public async Task An_unknown_volume_is_not_found_before_its_path_or_another_argument_is_judged()
    {
        var node = Driver.Node;
        await Refused(node.NodeGetVolumeStatsAsync(new() { VolumeId = "vol-x", VolumePath = "some/path" }), StatusCode.NotFound);
        await Refused(node.NodeExpandVolumeAsync(new() { VolumeId = "vol-x", VolumePath = "some/path" }), StatusCode.NotFound);
        await Refused(
            node.NodeExpandVolumeAsync(new() { VolumeId = "vol-x", VolumePath = _target, CapacityRange = new() { RequiredBytes = -1 } }),
            StatusCode.NotFound);
        // What is missing altogether is told first.
        await Refused(node.NodeGetVolumeStatsAsync(new() { VolumeId = "vol-x" }), StatusCode.InvalidArgument);
        await Refused(node.NodeGetVolumeStatsAsync(new() { VolumePath = "some/path" }), StatusCode.InvalidArgument);
    }

    [TestCase("some/path")]
    [TestCase("/some\0path")]
    public async Task A_path_that_could_not_be_one_is_a_place_without_the_volume(string path)
    {
        await StageAndPublish();
        await Refused(Driver.Node.NodeGetVolumeStatsAsync(new() { VolumeId = _volume, VolumePath = path }), StatusCode.NotFound);
        await Refused(Driver.Node.NodeExpandVolumeAsync(new() { VolumeId = _volume, VolumePath = path }), StatusCode.NotFound);
    }

    [Test]
    public async Task A_known_volume_has_the_range_of_its_growth_judged()
    {
        await StageAndPublish();
        await Refused(
            Driver.Node.NodeExpandVolumeAsync(new() { VolumeId = _volume, VolumePath = _target, CapacityRange = new() { RequiredBytes = -1 } }),
            StatusCode.InvalidArgument);
        Assert.That((await Stats(_target + "/")).Usage.Single().Total, Is.EqualTo(Gi), "other spellings of the path are the path");
    }

    [Test]
    public async Task Stats_count_the_bytes_in_use()
    {
        await StageAndPublish();
        await File.WriteAllBytesAsync(Path.Combine(_target, "file"), new byte[1000]).WaitAsync(Limit);
        var usage = (await Stats(_target)).Usage.Single();
        Assert.Multiple(() =>
        {
            Assert.That(usage.Unit, Is.EqualTo(VolumeUsage.Types.Unit.Bytes));
            Assert.That(usage.Total, Is.EqualTo(Gi));
            Assert.That(usage.Used, Is.EqualTo(1000));
            Assert.That(usage.Available, Is.EqualTo(Gi - 1000));
        });
    }

    [Test]
    public async Task Stats_at_a_path_without_the_volume_are_not_found() => await Refused(
        Driver.Node.NodeGetVolumeStatsAsync(new() { VolumeId = _volume, VolumePath = _target }), StatusCode.NotFound);

    [Test]
    public async Task Stats_of_a_volume_without_data_say_so()
    {
        await StageAndPublish();
        Directory.Delete(Driver.Backend.Data.VolumePath(_volume));
        Assert.That((await Stats(_target)).VolumeCondition.Abnormal);
    }

    [Test]
    public async Task The_node_follows_an_expansion_but_does_not_lead()
    {
        await StageAndPublish();
        var request = new NodeExpandVolumeRequest
        {
            VolumeId = _volume, VolumePath = _target, CapacityRange = new() { RequiredBytes = 2 * Gi },
        };
        await Refused(Driver.Node.NodeExpandVolumeAsync(request), StatusCode.OutOfRange);
        await Ok(Driver.Controller.ControllerExpandVolumeAsync(
            new() { VolumeId = _volume, CapacityRange = new() { RequiredBytes = 2 * Gi } }));
        Assert.That((await Ok(Driver.Node.NodeExpandVolumeAsync(request))).CapacityBytes, Is.EqualTo(2 * Gi));
    }

    private async Task StageAndPublish()
    {
        await Driver.Stage(_volume, _staging);
        await Driver.Publish(_volume, _staging, _target);
    }

    private Task<NodeUnpublishVolumeResponse> Unpublish() =>
        Ok(Driver.Node.NodeUnpublishVolumeAsync(new() { VolumeId = _volume, TargetPath = _target }));

    private Task<NodeUnstageVolumeResponse> Unstage() =>
        Ok(Driver.Node.NodeUnstageVolumeAsync(new() { VolumeId = _volume, StagingTargetPath = _staging }));

    private Task<NodeGetVolumeStatsResponse> Stats(string path) =>
        Ok(Driver.Node.NodeGetVolumeStatsAsync(new() { VolumeId = _volume, VolumePath = path }));
}
