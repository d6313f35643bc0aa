using Csi.V1;
using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class SnapshotTests : DriverTest
{
    private string _volume = "";

    [SetUp]
    public async Task MakeVolume() => _volume = (await Driver.CreateVolume("pvc-1").WaitAsync(Limit)).VolumeId;

    [Test]
    public async Task A_snapshot_is_ready_and_knows_its_source_and_size()
    {
        var snapshot = await Driver.CreateSnapshot("snap-1", _volume);
        Assert.Multiple(() =>
        {
            Assert.That(snapshot.ReadyToUse);
            Assert.That(snapshot.SourceVolumeId, Is.EqualTo(_volume));
            Assert.That(snapshot.SizeBytes, Is.EqualTo(Gi));
            Assert.That(snapshot.CreationTime.Seconds, Is.GreaterThan(1_500_000_000));
        });
    }

    [Test]
    public async Task The_same_request_again_answers_with_the_same_snapshot()
    {
        var first = await Driver.CreateSnapshot("snap-1", _volume);
        Assert.That(await Driver.CreateSnapshot("snap-1", _volume), Is.EqualTo(first));
    }

    [Test]
    public async Task A_name_in_use_for_another_volume_already_exists()
    {
        await Driver.CreateSnapshot("snap-1", _volume);
        var other = (await Driver.CreateVolume("pvc-2")).VolumeId;
        await Refused(
            Driver.Controller.CreateSnapshotAsync(new() { Name = "snap-1", SourceVolumeId = other }), StatusCode.AlreadyExists);
    }

    [Test]
    public async Task Snapshots_need_a_name_and_an_existing_source()
    {
        await Refused(Driver.Controller.CreateSnapshotAsync(new() { SourceVolumeId = _volume }), StatusCode.InvalidArgument);
        await Refused(Driver.Controller.CreateSnapshotAsync(new() { Name = "snap-1" }), StatusCode.InvalidArgument);
        await Refused(Driver.Controller.CreateSnapshotAsync(new() { Name = "s", SourceVolumeId = "vol-unknown" }), StatusCode.NotFound);
    }

    [Test]
    public async Task A_snapshot_that_finds_no_room_is_resource_exhausted()
    {
        var large = (await Driver.CreateVolume("large", r => r.CapacityRange.RequiredBytes = 4 * Gi)).VolumeId;
        await Driver.CreateSnapshot("snap-1", large);
        await Refused(Driver.Controller.CreateSnapshotAsync(new() { Name = "s2", SourceVolumeId = large }), StatusCode.ResourceExhausted);
    }

    [Test]
    public async Task A_snapshot_keeps_what_the_volume_held_when_it_was_taken()
    {
        await Write(_volume, "before");
        var snapshot = await Driver.CreateSnapshot("snap-1", _volume);
        await Write(_volume, "after");
        var restored = await Driver.CreateVolume(
            "restored", r => r.VolumeContentSource = new() { Snapshot = new() { SnapshotId = snapshot.SnapshotId } });
        Assert.Multiple(async () =>
        {
            Assert.That(await Read(restored.VolumeId), Is.EqualTo("before"));
            Assert.That(restored.ContentSource.Snapshot.SnapshotId, Is.EqualTo(snapshot.SnapshotId));
        });
    }

    [Test]
    public async Task A_snapshot_outlives_its_volume()
    {
        await Write(_volume, "kept");
        var snapshot = await Driver.CreateSnapshot("snap-1", _volume);
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = _volume }));
        var restored = await Driver.CreateVolume(
            "restored", r => r.VolumeContentSource = new() { Snapshot = new() { SnapshotId = snapshot.SnapshotId } });
        Assert.That(await Read(restored.VolumeId), Is.EqualTo("kept"));
    }

    [Test]
    public async Task A_clone_has_the_content_of_its_source_and_a_life_of_its_own()
    {
        await Write(_volume, "origin");
        var clone = await Driver.CreateVolume("clone", r => r.VolumeContentSource = new() { Volume = new() { VolumeId = _volume } });
        await Write(_volume, "changed");
        Assert.That(await Read(clone.VolumeId), Is.EqualTo("origin"));
    }

    [Test]
    public async Task A_larger_block_clone_is_as_long_as_asked()
    {
        var source = (await Driver.CreateVolume("raw", r => r.VolumeCapabilities[0] = Requests.Block())).VolumeId;
        var clone = await Driver.CreateVolume("clone", r =>
        {
            r.VolumeCapabilities[0] = Requests.Block();
            r.CapacityRange.RequiredBytes = 2 * Gi;
            r.VolumeContentSource = new() { Volume = new() { VolumeId = source } };
        });
        Assert.That(new FileInfo(Driver.Backend.Data.VolumePath(clone.VolumeId)).Length, Is.EqualTo(2 * Gi));
    }

    [Test]
    public async Task A_source_that_does_not_exist_is_not_found()
    {
        await RefusedFrom(r => r.VolumeContentSource = new() { Snapshot = new() { SnapshotId = "snap-unknown" } }, StatusCode.NotFound);
        await RefusedFrom(r => r.VolumeContentSource = new() { Volume = new() { VolumeId = "vol-unknown" } }, StatusCode.NotFound);
    }

    [Test]
    public async Task A_volume_smaller_than_its_source_is_out_of_range()
    {
        await RefusedFrom(r => r.CapacityRange = new() { RequiredBytes = Gi - 1 }, StatusCode.OutOfRange);
        await RefusedFrom(r => r.CapacityRange = new() { LimitBytes = Gi - 1 }, StatusCode.OutOfRange);
    }

    [Test]
    public async Task A_block_volume_from_a_mounted_one_is_an_invalid_argument() =>
        await RefusedFrom(r => r.VolumeCapabilities[0] = Requests.Block(), StatusCode.InvalidArgument);

    [Test]
    public async Task A_source_being_changed_is_aborted()
    {
        using (Driver.Backend.Locks.TryChange(_volume)) await RefusedFrom(_ => { }, StatusCode.Aborted);
    }

    [Test]
    public async Task A_copy_that_fails_leaves_nothing_and_frees_its_space()
    {
        Directory.Delete(Driver.Backend.Data.VolumePath(_volume));
        await RefusedFrom(_ => { }, StatusCode.Internal);
        Assert.Multiple(async () =>
        {
            Assert.That(Directory.EnumerateFileSystemEntries(Driver.PathOf("state", "volumes")), Is.Empty);
            Assert.That((await Ok(Driver.Controller.GetCapacityAsync(new()))).AvailableCapacity, Is.EqualTo(9 * Gi));
        });
    }

    [Test]
    public async Task Snapshots_are_listed_all_by_volume_or_one_by_one()
    {
        var other = (await Driver.CreateVolume("pvc-2")).VolumeId;
        var first = await Driver.CreateSnapshot("snap-1", _volume);
        var second = await Driver.CreateSnapshot("snap-2", other);
        Assert.Multiple(async () =>
        {
            Assert.That(await List(new()), Is.EqualTo(new[] { first.SnapshotId, second.SnapshotId }));
            Assert.That(await List(new() { SourceVolumeId = other }), Is.EqualTo(new[] { second.SnapshotId }));
            Assert.That(await List(new() { SnapshotId = first.SnapshotId }), Is.EqualTo(new[] { first.SnapshotId }));
            Assert.That(await List(new() { SnapshotId = first.SnapshotId, SourceVolumeId = other }), Is.Empty);
            Assert.That(await List(new() { SnapshotId = "unknown" }), Is.Empty);
            Assert.That(await List(new() { SourceVolumeId = "unknown" }), Is.Empty);
        });
    }

    [Test]
    public async Task Snapshot_lists_have_pages()
    {
        for (var i = 0; i < 3; i++) await Driver.CreateSnapshot($"snap-{i}", _volume);
        var first = await Ok(Driver.Controller.ListSnapshotsAsync(new() { MaxEntries = 2 }));
        var second = await Ok(Driver.Controller.ListSnapshotsAsync(new() { MaxEntries = 2, StartingToken = first.NextToken }));
        Assert.Multiple(() =>
        {
            Assert.That(first.Entries, Has.Count.EqualTo(2));
            Assert.That(second.Entries, Has.Count.EqualTo(1));
            Assert.That(second.NextToken, Is.Empty);
        });
        await Refused(Driver.Controller.ListSnapshotsAsync(new() { StartingToken = "nonsense" }), StatusCode.Aborted);
        await Refused(Driver.Controller.ListSnapshotsAsync(new() { MaxEntries = -1 }), StatusCode.InvalidArgument);
    }

    [Test]
    public async Task A_deleted_snapshot_is_gone_and_deleting_again_succeeds()
    {
        var id = (await Driver.CreateSnapshot("snap-1", _volume)).SnapshotId;
        await Ok(Driver.Controller.DeleteSnapshotAsync(new() { SnapshotId = id }));
        await Ok(Driver.Controller.DeleteSnapshotAsync(new() { SnapshotId = id }));
        Assert.That(Directory.EnumerateFileSystemEntries(Driver.PathOf("state", "snapshots")), Is.Empty);
        await Refused(Driver.Controller.GetSnapshotAsync(new() { SnapshotId = id }), StatusCode.NotFound);
    }

    [Test]
    public async Task Snapshot_calls_need_an_id()
    {
        await Refused(Driver.Controller.DeleteSnapshotAsync(new()), StatusCode.InvalidArgument);
        await Refused(Driver.Controller.GetSnapshotAsync(new()), StatusCode.InvalidArgument);
    }

    private Task<Status> RefusedFrom(Action<CreateVolumeRequest> change, StatusCode code) => Refused(
        Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("copy", r =>
        {
            r.VolumeContentSource = new() { Volume = new() { VolumeId = _volume } };
            change(r);
        })),
        code);

    private async Task<IEnumerable<string>> List(ListSnapshotsRequest request) =>
        (await Ok(Driver.Controller.ListSnapshotsAsync(request))).Entries.Select(e => e.Snapshot.SnapshotId);

    private Task Write(string volume, string text) => File.WriteAllTextAsync(FileIn(volume), text).WaitAsync(Limit);

    private Task<string> Read(string volume) => File.ReadAllTextAsync(FileIn(volume)).WaitAsync(Limit);

    private string FileIn(string volume) => Path.Combine(Driver.Backend.Data.VolumePath(volume), "file");
}
