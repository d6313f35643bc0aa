using Csi.V1;
using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class ChangeVolumeTests : DriverTest
{
    private string _volume = "";

    [SetUp]
    public async Task MakeVolume() => _volume = (await Driver.CreateVolume("pvc-1").WaitAsync(Limit)).VolumeId;

    [Test]
    public async Task An_expanded_volume_is_larger_and_the_node_has_to_follow()
    {
        var answer = await Ok(Driver.Controller.ControllerExpandVolumeAsync(Expansion(2 * Gi)));
        Assert.Multiple(async () =>
        {
            Assert.That(answer.CapacityBytes, Is.EqualTo(2 * Gi));
            Assert.That(answer.NodeExpansionRequired);
            Assert.That(
                (await Ok(Driver.Controller.ControllerGetVolumeAsync(new() { VolumeId = _volume }))).Volume.CapacityBytes,
                Is.EqualTo(2 * Gi));
        });
    }

    [Test]
    public async Task An_expanded_block_volume_s_file_is_longer_and_the_node_has_nothing_to_do()
    {
        var block = (await Driver.CreateVolume("raw", r => r.VolumeCapabilities[0] = Requests.Block())).VolumeId;
        var answer = await Ok(Driver.Controller.ControllerExpandVolumeAsync(
            new() { VolumeId = block, CapacityRange = new() { RequiredBytes = 2 * Gi } }));
        Assert.Multiple(() =>
        {
            Assert.That(answer.NodeExpansionRequired, Is.False);
            Assert.That(new FileInfo(Driver.Backend.Data.VolumePath(block)).Length, Is.EqualTo(2 * Gi));
        });
    }

    [Test]
    public async Task An_expansion_to_what_the_volume_has_already_changes_nothing() =>
        Assert.That((await Ok(Driver.Controller.ControllerExpandVolumeAsync(Expansion(Gi / 2)))).CapacityBytes, Is.EqualTo(Gi));

    [Test]
    public async Task Expansions_beyond_the_limits_are_refused()
    {
        await Refused(Driver.Controller.ControllerExpandVolumeAsync(Expansion(5 * Gi)), StatusCode.OutOfRange);
        await Driver.CreateVolume("b", r => r.CapacityRange.RequiredBytes = 4 * Gi);
        await Driver.CreateVolume("c", r => r.CapacityRange.RequiredBytes = 3 * Gi);
        await Refused(Driver.Controller.ControllerExpandVolumeAsync(Expansion(4 * Gi)), StatusCode.ResourceExhausted);
        await Refused(
            Driver.Controller.ControllerExpandVolumeAsync(new() { VolumeId = _volume, CapacityRange = new() { LimitBytes = Gi - 1 } }),
            StatusCode.OutOfRange);
    }

    [Test]
    public async Task Expansion_needs_a_volume_that_exists_and_a_range()
    {
        await Refused(
            Driver.Controller.ControllerExpandVolumeAsync(new() { CapacityRange = new() { RequiredBytes = Gi } }),
            StatusCode.InvalidArgument);
        await Refused(Driver.Controller.ControllerExpandVolumeAsync(new() { VolumeId = _volume }), StatusCode.InvalidArgument);
        await Refused(
            Driver.Controller.ControllerExpandVolumeAsync(new() { VolumeId = "vol-x", CapacityRange = new() { RequiredBytes = Gi } }),
            StatusCode.NotFound);
    }

    [Test]
    public async Task Expansion_with_the_other_access_type_is_an_invalid_argument()
    {
        var request = Expansion(2 * Gi);
        request.VolumeCapability = Requests.Block();
        await Refused(Driver.Controller.ControllerExpandVolumeAsync(request), StatusCode.InvalidArgument);
    }

    [Test]
    public async Task Modified_parameters_hold_and_the_others_stay()
    {
        await Modify("iops", "100");
        await Modify("throughput", "5");
        Assert.That(Driver.Backend.Volumes.Find(_volume)!.Mutable, Is.EqualTo("""{"iops":"100","throughput":"5"}"""));
    }

    [Test]
    public async Task Modification_does_not_make_the_repeat_of_the_creation_incompatible()
    {
        await Modify("iops", "100");
        Assert.That((await Driver.CreateVolume("pvc-1")).VolumeId, Is.EqualTo(_volume));
    }

    [TestCase("colour", "red")]
    [TestCase("iops", "fast")]
    [TestCase("iops", "0")]
    [TestCase("iops", "1000001")]
    public async Task One_bad_parameter_changes_nothing_at_all(string key, string value)
    {
        var request = new ControllerModifyVolumeRequest
        {
            VolumeId = _volume, MutableParameters = { ["throughput"] = "5", [key] = value },
        };
        await Refused(Driver.Controller.ControllerModifyVolumeAsync(request), StatusCode.InvalidArgument);
        Assert.That(Driver.Backend.Volumes.Find(_volume)!.Mutable, Is.EqualTo("{}"));
    }

    [Test]
    public async Task Modification_without_parameters_changes_nothing()
    {
        await Modify("iops", "100");
        await Ok(Driver.Controller.ControllerModifyVolumeAsync(new() { VolumeId = _volume }));
        Assert.That(Driver.Backend.Volumes.Find(_volume)!.Mutable, Is.EqualTo("""{"iops":"100"}"""));
    }

    [Test]
    public async Task Modification_needs_a_volume_that_exists_before_its_parameters_are_judged()
    {
        await Refused(Driver.Controller.ControllerModifyVolumeAsync(new()), StatusCode.InvalidArgument);
        await Refused(Driver.Controller.ControllerModifyVolumeAsync(new() { VolumeId = "vol-x" }), StatusCode.NotFound);
        await Refused(
            Driver.Controller.ControllerModifyVolumeAsync(new() { VolumeId = "vol-x", MutableParameters = { ["colour"] = "red" } }),
            StatusCode.NotFound);
        await Refused(
            Driver.Controller.ControllerModifyVolumeAsync(new() { MutableParameters = { ["iops"] = "1" } }), StatusCode.InvalidArgument);
        await Refused(
            Driver.Controller.ControllerModifyVolumeAsync(new() { VolumeId = "vol-x", MutableParameters = { ["iops"] = "1" } }),
            StatusCode.NotFound);
    }

    private ControllerExpandVolumeRequest Expansion(long bytes) =>
        new() { VolumeId = _volume, CapacityRange = new() { RequiredBytes = bytes } };

    private Task<ControllerModifyVolumeResponse> Modify(string key, string value) => Ok(
        Driver.Controller.ControllerModifyVolumeAsync(new() { VolumeId = _volume, MutableParameters = { [key] = value } }));
}
