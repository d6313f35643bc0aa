using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>A change of a label or an annotation asks for another try, whatever pause the attachment is in.</summary>
internal sealed class TryAgainTests : RigTest
{
    private const string Publish = "ControllerPublishVolume";

    /// <summary>The answer to the write of the error may bring the change in before the watch does.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_label_that_comes_while_the_driver_is_asked_is_not_missed(bool answerIsFaster)
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Driver.Answer(Publish, Fails(StatusCode.Internal, "busy"), DriverRule.Default);
        var gate = rig.Driver.Hold(Publish);
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await gate.Entered.WithinLimit();
        var lag = answerIsFaster ? await rig.Lag(World.Attachments) : null;
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"labels":{"try":"again"}}}""");
        gate.Release();
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying attach va", StringComparison.Ordinal));
        lag?.Release();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Published, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task What_we_write_ourselves_asks_for_no_other_try()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Driver.Answer(Publish, Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        await rig.Run();
        var gate = rig.Driver.Hold(Publish);
        rig.World.Add(new TestAttachment());
        await gate.Entered.WithinLimit();
        var lag = await rig.Lag(World.Attachments);
        gate.Release();
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying attach va", StringComparison.Ordinal));
        lag.Release();
        await rig.Fence();
        Assert.That(rig.Published, Has.Count.EqualTo(1));
    }
}
