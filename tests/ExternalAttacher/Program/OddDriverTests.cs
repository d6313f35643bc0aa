using System.Text;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>The published program beside a driver that says very much, and beside a front that answers before the driver can.</summary>
internal sealed class OddDriverTests() : OddDriverTest(AttacherProgram.Name)
{
    private const int LongestError = 1024;

    private World _world = null!;

    [TestCaseSource(typeof(LongWords), nameof(LongWords.Ascii))]
    public async Task Very_many_words_about_an_error_stand_cut_in_the_attachment_and_the_next_try_succeeds(string words)
    {
        Rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(StatusCode.Internal, words), DriverRule.Default);
        var program = Rig.Start("-v=2", "--retry-interval-start=20ms");
        var error = await _world.UntilError("va");
        Assert.That(error, Does.Contain("code = Internal").And.Contains(words[..900]));
        Assert.That(Encoding.UTF8.GetByteCount(error), Is.EqualTo(LongestError));

        await UntilDone();
        Assert.That(_world.ErrorOf("va", "attachError"), Is.Null);
        Assert.That(Rig.Driver.Calls.Of("ControllerPublishVolume"), Has.Count.EqualTo(2));
        Assert.That(Rig.Driver.Connections, Is.EqualTo(1));
        Assert.That(program.HasExited, Is.False);
        Assert.That(program.ErrorLines, Has.Some.Contains("characters more]"));
    }

    [Test]
    public Task A_front_that_answers_for_a_driver_that_still_starts_is_waited_behind() => WaitsBehindFront();

    protected override void AddWork()
    {
        _world = new World(Rig.Cluster.Storage);
        _world.AddNode("n1", "node-1");
        _world.Add(new TestVolume());
        _world.Add(new TestAttachment());
    }

    protected override Task UntilDone() => _world.UntilAttached("va");
}
