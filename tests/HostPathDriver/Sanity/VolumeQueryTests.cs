using Csi.V1;
using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class VolumeQueryTests : DriverTest
{
    [Test]
    public async Task Pages_hold_every_volume_once_and_end_with_an_empty_token()
    {
        var made = new List<string>();
        for (var i = 0; i < 5; i++) made.Add((await Driver.CreateVolume($"pvc-{i}")).VolumeId);

        var listed = new List<string>();
        var token = "";
        do
        {
            var page = await Ok(Driver.Controller.ListVolumesAsync(new() { MaxEntries = 2, StartingToken = token }));
            Assert.That(page.Entries, Has.Count.LessThanOrEqualTo(2));
            listed.AddRange(page.Entries.Select(e => e.Volume.VolumeId));
            token = page.NextToken;
        }
        while (token.Length > 0);
        Assert.That(listed, Is.EqualTo(made));
    }

    [Test]
    public async Task A_page_goes_on_at_its_place_although_the_volume_it_ended_with_is_deleted()
    {
        for (var i = 0; i < 3; i++) await Driver.CreateVolume($"pvc-{i}");
        var first = await Ok(Driver.Controller.ListVolumesAsync(new() { MaxEntries = 2 }));
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = first.Entries[1].Volume.VolumeId }));
        var second = await Ok(Driver.Controller.ListVolumesAsync(new() { MaxEntries = 2, StartingToken = first.NextToken }));
        Assert.That(second.Entries, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task As_many_entries_as_there_are_leave_no_next_page()
    {
        await Driver.CreateVolume("pvc-1");
        Assert.That((await Ok(Driver.Controller.ListVolumesAsync(new() { MaxEntries = 1 }))).NextToken, Is.Empty);
        Assert.That((await Ok(Driver.Controller.ListVolumesAsync(new() { MaxEntries = int.MaxValue }))).Entries, Has.Count.EqualTo(1));
    }

    [TestCase("invalid-token")]
    [TestCase("-1")]
    [TestCase("0")]
    public async Task A_token_never_given_out_is_aborted(string token) =>
        await Refused(Driver.Controller.ListVolumesAsync(new() { StartingToken = token }), StatusCode.Aborted);

    [Test]
    public async Task A_negative_page_size_is_an_invalid_argument() =>
        await Refused(Driver.Controller.ListVolumesAsync(new() { MaxEntries = -1 }), StatusCode.InvalidArgument);

    [Test]
    public async Task A_single_volume_is_answered_with_its_healthy_condition()
    {
        var volume = await Driver.CreateVolume("pvc-1");
        var answer = await Ok(Driver.Controller.ControllerGetVolumeAsync(new() { VolumeId = volume.VolumeId }));
        Assert.Multiple(() =>
        {
            Assert.That(answer.Volume, Is.EqualTo(volume));
            Assert.That(answer.Status.VolumeCondition.Abnormal, Is.False);
        });
    }

    [Test]
    public async Task A_volume_whose_data_was_removed_behind_the_driver_s_back_is_abnormal()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        Directory.Delete(Driver.Backend.Data.VolumePath(id));
        var condition = (await Ok(Driver.Controller.ControllerGetVolumeAsync(new() { VolumeId = id }))).Status.VolumeCondition;
        Assert.Multiple(() =>
        {
            Assert.That(condition.Abnormal);
            Assert.That(condition.Message, Does.Contain(id));
        });
    }

    [Test]
    public async Task Getting_a_volume_needs_an_id_that_exists()
    {
        await Refused(Driver.Controller.ControllerGetVolumeAsync(new()), StatusCode.InvalidArgument);
        await Refused(Driver.Controller.ControllerGetVolumeAsync(new() { VolumeId = "vol-unknown" }), StatusCode.NotFound);
    }

    [Test]
    public async Task Free_capacity_shrinks_with_each_volume_and_snapshot()
    {
        Assert.That((await Capacity()).AvailableCapacity, Is.EqualTo(10 * Gi));
        var volume = await Driver.CreateVolume("pvc-1");
        await Driver.CreateSnapshot("snap-1", volume.VolumeId);
        Assert.That((await Capacity()).AvailableCapacity, Is.EqualTo(8 * Gi));
    }

    [Test]
    public async Task The_largest_possible_volume_is_bounded_by_the_limit_and_by_what_is_free()
    {
        Assert.That((await Capacity()).MaximumVolumeSize, Is.EqualTo(4 * Gi));
        foreach (var name in (string[])["a", "b"]) await Driver.CreateVolume(name, r => r.CapacityRange.RequiredBytes = 4 * Gi);
        Assert.That((await Capacity()).MaximumVolumeSize, Is.EqualTo(2 * Gi));
    }

    [Test]
    public async Task Elsewhere_there_is_no_capacity()
    {
        var elsewhere = new Topology { Segments = { ["topology.hostpath.csi.sidecars.dev/node"] = "node-9" } };
        var capacity = await Ok(Driver.Controller.GetCapacityAsync(new() { AccessibleTopology = elsewhere }));
        Assert.That(capacity.AvailableCapacity, Is.Zero);
    }

    [Test]
    public async Task Capabilities_a_volume_supports_are_confirmed_as_asked()
    {
        var volume = await Driver.CreateVolume("pvc-1");
        var request = Validation(volume.VolumeId, Requests.Mount(Mode.MultiNodeMultiWriter));
        request.VolumeContext.Add(volume.VolumeContext);
        var answer = await Ok(Driver.Controller.ValidateVolumeCapabilitiesAsync(request));
        Assert.Multiple(() =>
        {
            Assert.That(answer.Confirmed.VolumeCapabilities, Is.EqualTo(request.VolumeCapabilities));
            Assert.That(answer.Confirmed.VolumeContext, Is.EqualTo(volume.VolumeContext));
        });
    }

    [Test]
    public async Task Capabilities_a_volume_does_not_support_are_not_confirmed_and_the_message_says_why()
    {
        var volume = await Driver.CreateVolume("pvc-1");
        var answer = await Ok(Driver.Controller.ValidateVolumeCapabilitiesAsync(Validation(volume.VolumeId, Requests.Block())));
        Assert.Multiple(() =>
        {
            Assert.That(answer.Confirmed, Is.Null);
            Assert.That(answer.Message, Does.Contain("mount"));
        });
    }

    [Test]
    public async Task Validation_needs_a_volume_that_exists_and_capabilities()
    {
        await Refused(Driver.Controller.ValidateVolumeCapabilitiesAsync(Validation("", Requests.Mount())), StatusCode.InvalidArgument);
        await Refused(Driver.Controller.ValidateVolumeCapabilitiesAsync(new() { VolumeId = "vol-x" }), StatusCode.InvalidArgument);
        await Refused(Driver.Controller.ValidateVolumeCapabilitiesAsync(Validation("vol-x", Requests.Mount())), StatusCode.NotFound);
    }

    private Task<GetCapacityResponse> Capacity() => Ok(Driver.Controller.GetCapacityAsync(new()));

    private static ValidateVolumeCapabilitiesRequest Validation(string volume, VolumeCapability capability) =>
        new() { VolumeId = volume, VolumeCapabilities = { capability } };
}
