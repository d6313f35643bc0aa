using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests.Program;

/// <summary>The published program beside a driver that says very much, and beside a front that answers before the driver can.</summary>
internal sealed class OddDriverTests() : OddDriverTest(ResizerProgram.Name)
{
    private World _world = null!;

    [TestCaseSource(typeof(LongWords), nameof(LongWords.Ascii))]
    public async Task Very_many_words_about_an_error_stand_cut_on_the_claim_and_the_next_try_succeeds(string words)
    {
        Rig.Driver.Answer("ControllerExpandVolume", DriverRule.Fail(StatusCode.Internal, words), DriverRule.Default);
        var program = Rig.Start("-v=2", "--retry-interval-start=20ms");
        await UntilDone();
        Assert.That(Rig.Driver.Calls.Of("ControllerExpandVolume"), Has.Count.EqualTo(2));
        Assert.That(Rig.Driver.Connections, Is.EqualTo(1));
        Assert.That(program.HasExited, Is.False);
        Assert.That(program.ErrorLines, Has.Some.Contains("characters more]"));
    }

    [Test]
    public Task A_front_that_answers_for_a_driver_that_still_starts_is_waited_behind() => WaitsBehindFront();

    protected override void AddWork()
    {
        _world = new World(Rig.Cluster.Storage);
        _world.Add(new TestClaim());
    }

    protected override Task UntilDone() => _world.UntilSized("2Gi");
}
