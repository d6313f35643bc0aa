using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>A stop of the published program that lets the work finish is held up by no wait: the kubelet kills it after thirty seconds.</summary>
internal sealed class StopTests : ReachingTest
{
    private const string Gate = "--feature-gates=ReleaseLeaderElectionOnExit=true";

    private static readonly RequestMatch s_patch = new() { Verb = "patch", UserAgent = AttacherProgram.Name };

    private static IEnumerable<TestCaseData> Waits() =>
    [
        new TestCaseData(new FaultAction.Answer(new ApiStatus(429, "TooManyRequests", "later") { Details = new StatusDetails { RetryAfterSeconds = 600 } }))
            .SetName("A_server_that_asks_to_come_back_in_ten_minutes_does_not_hold_up_the_end"),
        new TestCaseData(new FaultAction.Answer(new ApiStatus(500, "InternalError", "no")))
            .SetName("A_write_that_fails_again_and_again_does_not_hold_up_the_end"),
        new TestCaseData(new FaultAction.CutBefore()).SetName("A_write_that_is_cut_again_and_again_does_not_hold_up_the_end"),
    ];

    [TestCaseSource(nameof(Waits))]
    public async Task A_wait_does_not_hold_up_the_end(FaultAction fault)
    {
        World.Add(new TestVolume()); // known from the start: what is tried first is to be the attaching
        var program = Rig.Start("--leader-election", "--leader-election-namespace=default", Gate, "--retry-interval-start=20ms", "--retry-interval-max=50ms", "-v=4");
        await ProcessRig.Populated(program);
        using var planned = Rig.Cluster.Faults.Add(s_patch, fault);
        World.Add(new TestAttachment());
        await planned.Reached.WithinLimit();
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(ClusterWorld.Text(World.Find("leases", "external-attacher-leader-csi-example-com"), "spec", "holderIdentity"), Is.Empty, "given back");
    }

    [Test]
    public async Task A_request_that_waits_for_its_turn_does_not_hold_up_the_end()
    {
        World.Add(new TestVolume()); // known from the start: what is tried first is to be the attaching
        var program = Rig.Start(Gate, "--kube-api-qps=0.001", "--kube-api-burst=1", "-v=4");
        await ProcessRig.Populated(program);
        World.Add(new TestAttachment());
        await Rig.Cluster.Requests.WaitFor(s_patch).WithinLimit(); // the only token there is for a quarter of an hour
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(Rig.Driver.Calls.Of("ControllerPublishVolume"), Is.Empty);
    }

    [Test]
    public async Task A_write_under_way_at_the_stop_is_answered_first()
    {
        World.Add(new TestVolume()); // known from the start: what is tried first is to be the attaching
        var program = Rig.Start(Gate, "-v=4");
        await ProcessRig.Populated(program);
        using var held = Rig.Cluster.Faults.Add(s_patch with { Resource = World.Attachments, Subresource = "status" }, new FaultAction.Hold(), times: 1);
        World.Add(new TestAttachment());
        await held.Reached.WithinLimit(); // the driver has published it
        program.Terminate();
        await program.WaitForErrorLine(l => l.Contains("waiting for the work in flight", StringComparison.Ordinal));
        held.Release();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(World.Find(World.Attachments, "va")!["status"]!["attached"]!.GetValue<bool>(), Is.True, "what the driver did is noted");
    }
}
