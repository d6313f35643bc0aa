using System.Text;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>The published program beside a driver that says very much, and beside a front that answers before the driver can.</summary>
internal sealed class OddDriverTests
{
    private const int LongestEvent = 9000; // the words that are kept, and what stands around them

    private static readonly TestCaseData[] s_longWords =
    [
        new TestCaseData(new string('x', 100_000)).SetArgDisplayNames("one line"), new TestCaseData(new string('\n', 25_000)).SetArgDisplayNames("line ends"),
    ];

    private ProcessRig _rig = null!;
    private World _world = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await ProcessRig.PrepareAsync(ProvisionerProgram.Name, hasControllers: true);
        _world = new World(_rig.Cluster.Storage);
        _world.Add(new TestClass());
        _world.Add(new TestClaim().Unassigned());
    }

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', _rig.Output));
        await _rig.DisposeAsync();
    }

    [TestCaseSource(nameof(s_longWords))]
    public async Task Very_many_words_about_an_error_stand_cut_in_the_event_and_the_next_try_succeeds(string words)
    {
        _rig.Driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.Internal, words), DriverRule.Default);
        var program = _rig.Start("-v=2", "--retry-interval-start=20ms");
        var said = await _world.UntilEvent("claim", "ProvisioningFailed", "code = Internal");
        Assert.That(said, Does.Contain(words[..1000]).And.Contains("characters more]"));
        Assert.That(Encoding.UTF8.GetByteCount(said), Is.LessThanOrEqualTo(LongestEvent));

        await _world.UntilBound("claim");
        Assert.That(_rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2));
        Assert.That(_rig.Driver.Connections, Is.EqualTo(1));
        Assert.That(program.HasExited, Is.False);
        Assert.That(program.ErrorLines, Has.Some.Contains("characters more]"));
    }

    [Test]
    public async Task A_front_that_answers_for_a_driver_that_still_starts_is_waited_behind()
    {
        _rig.Driver.AnswerBeforeIt(502, 503);
        _rig.Driver.Answer("Probe", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Default);
        var program = _rig.Start("-v=2");
        await _world.UntilBound("claim");
        foreach (var said in (string[])["502", "503", "no healthy upstream"])
            Assert.That(program.ErrorLines, Has.Some.Contains("CSI driver is not available yet").And.Contains(said));
        Assert.That(_rig.Driver.Connections, Is.EqualTo(1));
        Assert.That(program.HasExited, Is.False);
    }
}
