using System.Net;
using System.Net.Sockets;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.SnapshotController.Tests.Program;

/// <summary>What the program does before it works, and with which code it ends there (snapshot controller contract 1.3), in this process on a clock that a test moves.</summary>
internal sealed class StartTests
{
    private StartRig _rig = null!;

    [SetUp]
    public async Task Begin() => _rig = await StartRig.PrepareAsync();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [Test]
    public async Task A_cluster_without_the_kinds_is_given_half_a_minute_and_no_diagnostics_are_served_before()
    {
        var port = FreePort.Next();
        var running = Run($"--http-endpoint=127.0.0.1:{port}");
        await _rig.Log.WaitFor("Waiting for the cluster to serve the snapshot kinds");
        using (var client = new TcpClient()) Assert.That(async () => await client.ConnectAsync(IPAddress.Loopback, port).WithinLimit(), Throws.InstanceOf<SocketException>());
        _rig.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(running.IsCompleted, Is.False);
        _rig.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        Assert.That(_rig.Log.All, Has.Some.Contains("does not serve volumesnapshots after 30s"));
    }

    [Test]
    public async Task Kinds_that_come_meanwhile_are_waited_for()
    {
        var running = Run();
        await _rig.Log.WaitFor("Waiting for the cluster to serve the snapshot kinds");
        new World(_rig.Cluster.Storage).AddSnapshotKinds();
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        await _rig.Log.WaitFor("Cache is populated");
        await _rig.Over(running);
    }

    [Test]
    public async Task A_taken_diagnostics_address_ends_the_start()
    {
        new World(_rig.Cluster.Storage).AddSnapshotKinds();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Assert.That(await Run($"--http-endpoint={taken.LocalEndpoint}").WithinLimit(), Is.EqualTo(255));
    }

    /// <summary>The original works no groups for ever after any error of that question.</summary>
    [TestCase(403, "Forbidden", "Groups of snapshots are not worked on until their kinds can be listed")]
    [TestCase(500, "InternalError", "Cannot tell whether the cluster serves groups of snapshots")]
    public async Task Groups_that_cannot_be_asked_for_are_asked_for_again(int code, string reason, string told)
    {
        var world = new World(_rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddGroupKinds();
        _rig.Cluster.Faults.Add(new RequestMatch { Verb = "list", Resource = World.Groups }, new FaultAction.Answer(new ApiStatus(code, reason, "not yet")), times: 1);
        var running = Run();
        await _rig.Log.WaitFor(told);
        _rig.Time.Advance(TimeSpan.FromSeconds(30));
        await _rig.Log.WaitFor("Groups of snapshots are worked on");
        await _rig.Over(running);
    }

    [Test]
    public async Task Groups_are_not_asked_for_where_they_are_switched_off()
    {
        var world = new World(_rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddGroupKinds();
        var running = Run("--feature-gates=CSIVolumeGroupSnapshot=false");
        await _rig.Log.WaitFor("Cache is populated");
        await _rig.Over(running);
        Assert.That(_rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.Contains("group"));
    }

    private Task<int> Run(params string[] more) => _rig.RunWithoutDriver(SnapshotControllerProgram.Describe(), more);
}
