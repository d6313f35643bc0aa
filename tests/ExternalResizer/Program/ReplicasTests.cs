using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests.Program;

/// <summary>Two replicas of the published program: one works, and the other takes up what it left half done.</summary>
internal sealed class ReplicasTests
{
    [Test]
    public async Task The_standby_ends_what_a_killed_leader_has_begun()
    {
        await using var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        var world = new World(rig.Cluster.Storage);
        string[] election =
        [
            "--leader-election", "--leader-election-namespace=default", "--leader-election-lease-duration=2s",
            "--leader-election-renew-deadline=1500ms", "--leader-election-retry-period=300ms", "-v=4",
        ];
        var gate = rig.Driver.Hold("ControllerExpandVolume");
        world.Add(new TestClaim());
        var leader = rig.Start(new Dictionary<string, string> { ["POD_UID"] = "one" }, election);
        await gate.Entered.WithinLimit();
        var standby = rig.Start(new Dictionary<string, string> { ["POD_UID"] = "two" }, election);
        await standby.WaitForErrorLine(line => line.Contains("New leader", StringComparison.Ordinal));
        leader.Kill();
        gate.Release();
        await world.UntilSized("2Gi");
        Assert.That((world.VolumeSizeOf(), world.StateOf()), Is.EqualTo(("2Gi", "")));
    }
}
