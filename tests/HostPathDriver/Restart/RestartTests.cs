using System.Net.Sockets;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using static Sidecars.HostPathDriver.Tests.RunningDriver;

namespace Sidecars.HostPathDriver.Tests.Restart;

internal sealed class RestartTests : DriverTest
{
    [Test]
    public async Task Volumes_snapshots_and_all_that_is_published_survive()
    {
        var volume = await Driver.CreateVolume("pvc-1");
        var snapshot = await Driver.CreateSnapshot("snap-1", volume.VolumeId);
        await Ok(Driver.Controller.ControllerPublishVolumeAsync(Requests.ControllerPublish(volume.VolumeId)));
        await Driver.Stage(volume.VolumeId, Driver.PathOf("staging"));
        await Driver.Publish(volume.VolumeId, Driver.PathOf("staging"), Driver.PathOf("target"));

        await Driver.Restart().WaitAsync(Limit);

        Assert.Multiple(async () =>
        {
            Assert.That(await Driver.CreateVolume("pvc-1"), Is.EqualTo(volume));
            Assert.That(await Driver.CreateSnapshot("snap-1", volume.VolumeId), Is.EqualTo(snapshot));
            var listed = (await Ok(Driver.Controller.ListVolumesAsync(new()))).Entries.Single();
            Assert.That(listed.Status.PublishedNodeIds, Is.EqualTo(new[] { "node-1" }));
        });
        await Ok(Driver.Node.NodeUnpublishVolumeAsync(new() { VolumeId = volume.VolumeId, TargetPath = Driver.PathOf("target") }));
        Assert.That(Path.Exists(Driver.PathOf("target")), Is.False);
    }

    [Test]
    public async Task Data_of_a_creation_that_was_cut_off_is_swept_and_everything_else_stays()
    {
        var kept = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await Driver.StopServer().WaitAsync(Limit);
        var orphan = Directory.CreateDirectory(Driver.PathOf("state", "volumes", "vol-0123456789abcdef0123456789abcdef"));
        Directory.CreateDirectory(Driver.PathOf("state", "volumes", "vol-somebodys"));
        await File.WriteAllTextAsync(Path.Combine(orphan.FullName, "half"), "copied").WaitAsync(Limit);
        await File.WriteAllTextAsync(Driver.PathOf("state", "snapshots", "snap-0123456789abcdef0123456789abcdef"), "half").WaitAsync(Limit);

        await Driver.Restart().WaitAsync(Limit);

        Assert.Multiple(() =>
        {
            Assert.That(Directory.EnumerateFileSystemEntries(Driver.PathOf("state", "snapshots")), Is.Empty);
            Assert.That(
                Directory.EnumerateFileSystemEntries(Driver.PathOf("state", "volumes")).Select(Path.GetFileName), Is.EquivalentTo(new[] { kept, "vol-somebodys" }));
        });
    }

    [Test]
    public async Task Data_without_any_state_file_is_never_touched()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await Driver.StopServer().WaitAsync(Limit);
        foreach (var file in Directory.EnumerateFiles(Driver.PathOf("state"), "state.db*")) File.Delete(file);

        Assert.That(async () => await Driver.Restart().WaitAsync(Limit), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no state file that knows it"));
        Assert.That(Directory.Exists(Driver.PathOf("state", "volumes", id)), Is.True);
    }

    [Test]
    public async Task A_deletion_cut_off_between_data_and_record_is_finished_by_its_repeat()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        await Driver.StopServer().WaitAsync(Limit);
        Directory.Delete(Driver.PathOf("state", "volumes", id));
        await Driver.Restart().WaitAsync(Limit);

        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = id }));
        Assert.That((await Ok(Driver.Controller.ListVolumesAsync(new()))).Entries, Is.Empty);
    }

    [Test]
    public async Task A_link_without_a_record_is_still_removed_by_unpublish()
    {
        var id = (await Driver.CreateVolume("pvc-1")).VolumeId;
        File.CreateSymbolicLink(Driver.PathOf("target"), Driver.Backend.Data.VolumePath(id));
        await Ok(Driver.Node.NodeUnpublishVolumeAsync(new() { VolumeId = id, TargetPath = Driver.PathOf("target") }));
        Assert.That(Path.Exists(Driver.PathOf("target")), Is.False);
    }

    [Test]
    public async Task Only_the_owner_can_reach_the_socket_and_the_state()
    {
        Assert.Multiple(() =>
        {
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
            Assert.That(File.GetUnixFileMode(Driver.Options.SocketPath) & others, Is.EqualTo(UnixFileMode.None));
            Assert.That(File.GetUnixFileMode(Driver.Options.StateDirectory) & others, Is.EqualTo(UnixFileMode.None));
        });
        await Driver.StopServer().WaitAsync(Limit);
        Assert.That(File.Exists(Driver.Options.SocketPath), Is.False, "a stopped driver leaves no socket");
    }

    [Test]
    public async Task The_socket_of_a_killed_driver_is_taken_over()
    {
        await Driver.StopServer().WaitAsync(Limit);
        // Closing the handle without the socket object leaves the file behind, as a killed process does.
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            var moved = Driver.PathOf("moved.sock");
            dead.Bind(new UnixDomainSocketEndPoint(moved));
            File.Move(moved, Driver.Options.SocketPath);
        }

        Assert.That(File.Exists(Driver.Options.SocketPath));
        await Driver.Restart().WaitAsync(Limit);
        Assert.That((await Ok(Driver.Identity.ProbeAsync(new()))).Ready, Is.True);
    }

    [Test]
    public void A_socket_somebody_answers_at_is_left_alone()
    {
        var second = Driver.Options with { StateDirectory = Driver.PathOf("state-2") };
        Assert.That(
            async () => await Start(second).WaitAsync(Limit),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(Driver.Options.SocketPath));
    }

    [Test]
    public void A_state_directory_in_use_is_left_alone()
    {
        var second = Driver.Options with { SocketPath = Driver.PathOf("second.sock") };
        Assert.That(
            async () => await Start(second).WaitAsync(Limit), Throws.TypeOf<InvalidDataException>().With.Message.Contains("--state-dir"));
    }

    [Test]
    public async Task State_that_is_no_database_is_refused_with_its_path()
    {
        await Driver.StopServer().WaitAsync(Limit);
        await File.WriteAllTextAsync(Driver.PathOf("state", "state.db"), new string('x', 5000)).WaitAsync(Limit);
        Assert.That(
            async () => await Start(Driver.Options).WaitAsync(Limit),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(Driver.PathOf("state", "state.db")));
    }

    [Test]
    public async Task State_of_an_older_driver_is_brought_up_to_date_and_its_volumes_are_the_first_node_s()
    {
        var volume = await Driver.CreateVolume("pvc-1");
        var snapshot = await Driver.CreateSnapshot("snap-1", volume.VolumeId);
        await Driver.StopServer().WaitAsync(Limit);
        await using (var connection = new SqliteConnection($"Data Source={Driver.PathOf("state", "state.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                ALTER TABLE volumes DROP COLUMN node;
                ALTER TABLE volumes DROP COLUMN kind;
                ALTER TABLE snapshots DROP COLUMN node;
                ALTER TABLE snapshots DROP COLUMN kind;
                PRAGMA user_version=1;
                """;
            command.ExecuteNonQuery();
        }

        await Driver.Restart().WaitAsync(Limit);
        Assert.Multiple(async () =>
        {
            Assert.That(await Driver.CreateVolume("pvc-1"), Is.EqualTo(volume));
            Assert.That(await Driver.CreateSnapshot("snap-1", volume.VolumeId), Is.EqualTo(snapshot));
            Assert.That((await Ok(Driver.Controller.GetCapacityAsync(new()))).AvailableCapacity, Is.EqualTo(8 * Gi));
        });
    }

    [Test]
    public async Task State_of_a_newer_driver_is_refused()
    {
        await Driver.StopServer().WaitAsync(Limit);
        await using (var connection = new SqliteConnection($"Data Source={Driver.PathOf("state", "state.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=99";
            command.ExecuteNonQuery();
        }

        Assert.That(
            async () => await Start(Driver.Options).WaitAsync(Limit), Throws.TypeOf<InvalidDataException>().With.Message.Contains("99"));
    }

    [Test]
    public async Task An_unforeseen_failure_is_an_internal_error_with_its_reason_and_the_driver_lives_on()
    {
        Directory.Delete(Driver.PathOf("state", "volumes"), recursive: true);
        await File.WriteAllTextAsync(Driver.PathOf("state", "volumes"), "in the way").WaitAsync(Limit);
        var status = await Refused(Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("pvc-1")), StatusCode.Internal);
        Assert.That(status.Detail, Does.Contain("volumes"));
        Assert.That((await Ok(Driver.Identity.ProbeAsync(new()))).Ready, Is.True);
    }

    private static Task<DriverServer> Start(DriverOptions options) =>
        DriverServer.Start(options, TimeProvider.System, logging => logging.SetMinimumLevel(LogLevel.None), CancellationToken.None);
}
