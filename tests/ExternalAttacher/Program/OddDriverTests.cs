using System.Text;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>The published program beside a driver that says very much, and beside a front that answers before the driver can.</summary>
internal sealed class OddDriverTests
{
    private const int LongestError = 1024;

    private static readonly TestCaseData[] s_longWords =
    [
        new TestCaseData(new string('x', 100_000)).SetArgDisplayNames("one line"), new TestCaseData(new string('\n', 25_000)).SetArgDisplayNames("line ends"),
    ];

    private ProcessRig _rig = null!;
    private World _world = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await ProcessRig.PrepareAsync(AttacherProgram.Name);
        _world = new World(_rig.Cluster.Storage);
        _world.AddNode("n1", "node-1");
        _world.Add(new TestVolume());
        _world.Add(new TestAttachment());
    }

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', _rig.Output));
        await _rig.DisposeAsync();
    }

    [TestCaseSource(nameof(s_longWords))]
    public async Task Very_many_words_about_an_error_stand_cut_in_the_attachment_and_the_next_try_succeeds(string words)
    {
        _rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(StatusCode.Internal, words), DriverRule.Default);
        var program = _rig.Start("-v=2", "--retry-interval-start=20ms");
        var error = await _world.UntilError("va");
        Assert.That(error, Does.Contain("code = Internal").And.Contains(words[..900]));
        Assert.That(Encoding.UTF8.GetByteCount(error), Is.EqualTo(LongestError));

        await _world.UntilAttached("va");
        Assert.That(_world.ErrorOf("va", "attachError"), Is.Null);
        Assert.That(_rig.Driver.Calls.Of("ControllerPublishVolume"), Has.Count.EqualTo(2));
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
        await _world.UntilAttached("va");
        foreach (var said in (string[])["502", "503", "no healthy upstream"])
            Assert.That(program.ErrorLines, Has.Some.Contains("CSI driver is not available yet").And.Contains(said));
        Assert.That(_rig.Driver.Connections, Is.EqualTo(1));
        Assert.That(program.HasExited, Is.False);
    }
}
