using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class DeleteVolumeTests : DriverTest
{
    [Test]
    public async Task A_deleted_volume_and_its_data_are_gone()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await File.WriteAllTextAsync(Path.Combine(Driver.Backend.Data.VolumePath(id), "file"), "data").WaitAsync(Limit);
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }));
        Assert.Multiple(async () =>
        {
            Assert.That((await Ok(Driver.Controller.ListVolumesAsync(new()))).Entries, Is.Empty);
            Assert.That(Directory.EnumerateFileSystemEntries(Driver.PathOf("state", "volumes")), Is.Empty);
        });
    }

    [Test]
    public async Task Deleting_again_or_what_never_was_succeeds()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }));
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }));
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = "../../etc" }));
    }

    [Test]
    public async Task A_name_can_be_used_again_after_deletion_and_means_a_new_volume()
    {
        var first = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = first }));
        Assert.That((await Driver.CreateVolume("pvc-1")).VolumeId, Is.Not.EqualTo(first));
    }

    [Test]
    public async Task No_id_is_an_invalid_argument() =>
        await Refused(Driver.Controller.DeleteVolumeAsync(new()), StatusCode.InvalidArgument);

    [Test]
    public async Task A_volume_published_to_a_node_is_kept_and_the_refusal_names_the_node()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await Ok(Driver.Controller.ControllerPublishVolumeAsync(Requests.ControllerPublish(id)));
        var status = await Refused(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }), StatusCode.FailedPrecondition);
        Assert.Multiple(() =>
        {
            Assert.That(status.Detail, Does.Contain("node-1"));
            Assert.That(Directory.Exists(Driver.Backend.Data.VolumePath(id)));
        });
    }

    [Test]
    public async Task A_staged_volume_is_kept_and_the_refusal_names_the_path()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await Driver.Stage(id, Driver.PathOf("staging"));
        var status = await Refused(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }), StatusCode.FailedPrecondition);
        Assert.That(status.Detail, Does.Contain(Driver.PathOf("staging")));
    }

    [Test]
    public async Task While_another_operation_runs_on_the_volume_deletion_is_aborted()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        using (Driver.Backend.Locks.TryRead(id))
            await Refused(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }), StatusCode.Aborted);
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }));
    }
}
