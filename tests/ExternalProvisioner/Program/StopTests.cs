using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>A stop of the published program that lets the work finish is held up by no wait: the kubelet kills it after thirty seconds.</summary>
internal sealed class StopTests
{
    private static readonly FaultAction s_muchLater =
        new FaultAction.Answer(new ApiStatus(429, "TooManyRequests", "later") { Details = new StatusDetails { RetryAfterSeconds = 600 } });

    private static readonly FaultAction s_never = new FaultAction.Answer(new ApiStatus(500, "InternalError", "no"));

    private static IEnumerable<TestCaseData> Waits() =>
    [
        new TestCaseData("create", s_muchLater).SetName("A_server_that_wants_a_volume_in_ten_minutes_does_not_hold_up_the_end"),
        new TestCaseData("create", s_never).SetName("A_volume_that_cannot_be_saved_does_not_hold_up_the_end"),
        new TestCaseData("create", new FaultAction.CutAfter()).SetName("A_volume_that_may_have_been_saved_does_not_hold_up_the_end"),
        new TestCaseData("delete", s_muchLater).SetName("A_server_that_wants_a_deletion_in_ten_minutes_does_not_hold_up_the_end"),
        new TestCaseData("delete", s_never).SetName("A_deletion_that_fails_does_not_hold_up_the_end"),
    ];

    [TestCaseSource(nameof(Waits))]
    public async Task A_wait_does_not_hold_up_the_end(string verb, FaultAction fault)
    {
        await using var rig = await ProcessRig.PrepareAsync(ProvisionerProgram.Name);
        var world = new World(rig.Cluster.Storage);
        var program = rig.Start("--leader-election", "--leader-election-namespace=default", "--feature-gates=ReleaseLeaderElectionOnExit=true",
            "--retry-interval-start=20ms", "--retry-interval-max=50ms", "-v=4");
        await ProcessRig.Populated(program);
        using var planned = rig.Cluster.Faults.Add(new RequestMatch { Verb = verb, Resource = World.Volumes }, fault);
        world.Add(new TestClass());
        if (verb is "create") world.Add(new TestClaim());
        else world.Add(new TestVolume().Held().Released());
        await planned.Reached.WithinLimit();
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero, string.Join('\n', program.ErrorLines));
        Assert.That(ClusterWorld.Text(world.Find("leases", "csi-example-com"), "spec", "holderIdentity"), Is.Empty, "given back");
        Assert.That(rig.Driver.Calls.Of(verb is "create" ? "CreateVolume" : "DeleteVolume"), Has.Count.EqualTo(1));
    }
}
