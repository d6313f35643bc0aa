using Csi.V1;
using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;
using Capability = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.HostPathDriver.Tests.Sanity;

/// <summary>What the protocol says of snapshots beyond the ordinary: repeats, calls that meet, pages, restores that cannot be.</summary>
internal sealed class SnapshotContractTests : DriverTest
{
    private string _volume = "";

    [SetUp]
    public async Task MakeVolume() => _volume = (await Driver.CreateVolume("pvc-1").WaitAsync(Limit)).VolumeId;

    [Test]
    public async Task A_repeat_is_answered_even_when_the_volume_is_gone_or_has_grown()
    {
        var first = await Driver.CreateSnapshot("snap-1", _volume);
        await Ok(Driver.Controller.ControllerExpandVolumeAsync(new() { VolumeId = _volume, CapacityRange = new() { RequiredBytes = 2 * Gi } }));
        Assert.That(await Driver.CreateSnapshot("snap-1", _volume), Is.EqualTo(first));
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = _volume }));
        Assert.That(await Driver.CreateSnapshot("snap-1", _volume), Is.EqualTo(first));
    }

    [Test]
    public async Task A_name_or_a_volume_in_somebody_s_hands_is_aborted()
    {
        using (Driver.Backend.Locks.TryChange("snapshot name snap-1"))
            await Refused(Driver.Controller.CreateSnapshotAsync(new() { Name = "snap-1", SourceVolumeId = _volume }), StatusCode.Aborted);
        using (Driver.Backend.Locks.TryChange(_volume))
            await Refused(Driver.Controller.CreateSnapshotAsync(new() { Name = "snap-1", SourceVolumeId = _volume }), StatusCode.Aborted);
        await Driver.CreateSnapshot("snap-1", _volume);
    }

    [Test]
    public async Task A_snapshot_a_volume_is_being_made_from_cannot_be_deleted()
    {
        var id = (await Driver.CreateSnapshot("snap-1", _volume)).SnapshotId;
        using (Driver.Backend.Locks.TryRead(id))
            await Refused(Driver.Controller.DeleteSnapshotAsync(new() { SnapshotId = id }), StatusCode.Aborted);
        await Ok(Driver.Controller.DeleteSnapshotAsync(new() { SnapshotId = id }));
    }

    [Test]
    public async Task A_snapshot_that_cannot_be_copied_leaves_nothing_and_frees_its_space()
    {
        Directory.Delete(Driver.Backend.Data.VolumePath(_volume));
        await Refused(Driver.Controller.CreateSnapshotAsync(new() { Name = "snap-1", SourceVolumeId = _volume }), StatusCode.Internal);
        Assert.Multiple(async () =>
        {
            Assert.That(Directory.EnumerateFileSystemEntries(Driver.PathOf("state", "snapshots")), Is.Empty);
            Assert.That((await Ok(Driver.Controller.GetCapacityAsync(new()))).AvailableCapacity, Is.EqualTo(9 * Gi));
            Assert.That(await List(new()), Is.Empty);
        });
    }

    [Test]
    public async Task A_volume_smaller_than_its_snapshot_is_out_of_range_and_a_larger_one_is_not()
    {
        var id = (await Driver.CreateSnapshot("snap-1", _volume)).SnapshotId;
        await RefusedFromSnapshot(id, r => r.CapacityRange = new() { RequiredBytes = Gi - 1 }, StatusCode.OutOfRange);
        await RefusedFromSnapshot(id, r => r.CapacityRange = new() { LimitBytes = Gi - 1 }, StatusCode.OutOfRange);
        await RefusedFromSnapshot(id, r => r.VolumeCapabilities[0] = Requests.Block(), StatusCode.InvalidArgument);
        var larger = await Driver.CreateVolume("larger", r => (r.CapacityRange.RequiredBytes, r.VolumeContentSource) = (2 * Gi, Snapshot(id)));
        Assert.That(larger.CapacityBytes, Is.EqualTo(2 * Gi));
        var unsaid = await Driver.CreateVolume("unsaid", r => (r.CapacityRange, r.VolumeContentSource) = (null, Snapshot(id)));
        Assert.That(unsaid.CapacityBytes, Is.EqualTo(Gi), "as large as its source");
    }

    [Test]
    public async Task A_restored_volume_of_the_same_name_from_another_snapshot_already_exists()
    {
        var first = (await Driver.CreateSnapshot("snap-1", _volume)).SnapshotId;
        var second = (await Driver.CreateSnapshot("snap-2", _volume)).SnapshotId;
        var restored = await Driver.CreateVolume("copy", r => r.VolumeContentSource = Snapshot(first));
        await RefusedFromSnapshot(second, _ => { }, StatusCode.AlreadyExists);
        await Ok(Driver.Controller.DeleteSnapshotAsync(new() { SnapshotId = first }));
        Assert.That(await Driver.CreateVolume("copy", r => r.VolumeContentSource = Snapshot(first)), Is.EqualTo(restored), "a repeat needs the snapshot no more");
    }

    [Test]
    public async Task Pages_of_one_volume_s_snapshots_hold_no_others_and_go_on_after_deletions()
    {
        var other = (await Driver.CreateVolume("pvc-2")).VolumeId;
        var ids = new List<string>();
        foreach (var i in (int[])[0, 1, 2])
        {
            ids.Add((await Driver.CreateSnapshot($"mine-{i}", _volume)).SnapshotId);
            await Driver.CreateSnapshot($"other-{i}", other);
        }

        var first = await Ok(Driver.Controller.ListSnapshotsAsync(new() { SourceVolumeId = _volume, MaxEntries = 1 }));
        await Ok(Driver.Controller.DeleteSnapshotAsync(new() { SnapshotId = ids[0] }));
        var rest = await Ok(Driver.Controller.ListSnapshotsAsync(new() { SourceVolumeId = _volume, MaxEntries = 2, StartingToken = first.NextToken }));
        Assert.Multiple(() =>
        {
            Assert.That(first.Entries.Single().Snapshot.SnapshotId, Is.EqualTo(ids[0]));
            Assert.That(rest.Entries.Select(e => e.Snapshot.SnapshotId), Is.EqualTo(ids.Skip(1)));
            Assert.That(rest.NextToken, Is.Empty);
        });
    }

    [Test]
    public async Task A_token_nobody_gave_out_is_aborted_also_beside_an_id()
    {
        var id = (await Driver.CreateSnapshot("snap-1", _volume)).SnapshotId;
        await Refused(Driver.Controller.ListSnapshotsAsync(new() { SnapshotId = id, StartingToken = "nonsense" }), StatusCode.Aborted);
    }

    [Test]
    public async Task Snapshots_are_among_the_capabilities()
    {
        var offered = (await Ok(Driver.Controller.ControllerGetCapabilitiesAsync(new()))).Capabilities.Select(c => c.Rpc.Type).ToList();
        Assert.That(offered, Is.SupersetOf((Capability[])[Capability.CreateDeleteSnapshot, Capability.ListSnapshots, Capability.GetSnapshot, Capability.CloneVolume]));
    }

    [Test]
    public async Task A_snapshot_keeps_modes_links_and_holes()
    {
        var data = Driver.Backend.Data.VolumePath(_volume);
        var file = Path.Combine(data, "file");
        await using (var sparse = new FileStream(file, FileMode.CreateNew)) sparse.SetLength(Gi);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(data, "link"), "/nowhere");
        var id = (await Driver.CreateSnapshot("snap-1", _volume)).SnapshotId;
        var restored = Driver.Backend.Data.VolumePath((await Driver.CreateVolume("copy", r => r.VolumeContentSource = Snapshot(id))).VolumeId);
        Assert.Multiple(() =>
        {
            Assert.That(File.GetUnixFileMode(Path.Combine(restored, "file")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserExecute));
            Assert.That(new FileInfo(Path.Combine(restored, "file")).Length, Is.EqualTo(Gi));
            Assert.That(new FileInfo(Path.Combine(restored, "link")).LinkTarget, Is.EqualTo("/nowhere"));
            Assert.That(File.GetUnixFileMode(restored), Is.EqualTo(File.GetUnixFileMode(data)));
        });
    }

    private static VolumeContentSource Snapshot(string id) => new() { Snapshot = new() { SnapshotId = id } };

    private Task<Status> RefusedFromSnapshot(string id, Action<CreateVolumeRequest> change, StatusCode code) => Refused(
        Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("copy", r =>
        {
            r.VolumeContentSource = Snapshot(id);
            change(r);
        })),
        code);

    private async Task<IEnumerable<string>> List(ListSnapshotsRequest request) =>
        (await Ok(Driver.Controller.ListSnapshotsAsync(request))).Entries.Select(e => e.Snapshot.SnapshotId);
}
