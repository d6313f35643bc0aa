using Grpc.Core;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>A published program beside a driver that answers oddly, with an object in the cluster that is to be worked on from the start.</summary>
/// <param name="program">Name of the program.</param>
/// <param name="hasControllers">Whether the cluster binds claims and releases volumes by itself.</param>
public abstract class OddDriverTest(string program, bool hasControllers = false)
{
    private ProcessRig? _rig;

    protected ProcessRig Rig => _rig!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await ProcessRig.PrepareAsync(program, hasControllers: hasControllers);
        AddWork();
    }

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', Rig.Output));
        await Rig.DisposeAsync();
    }

    /// <summary>Puts what is to be worked on into the cluster.</summary>
    protected abstract void AddWork();

    /// <summary>The work is done.</summary>
    protected abstract Task UntilDone();

    /// <summary>A front answers in the place of the driver, first by itself and then for the driver's absence; the work is done all the same.</summary>
    protected async Task WaitsBehindFront()
    {
        Rig.Driver.AnswerBeforeIt(502, 503);
        Rig.Driver.Answer("Probe", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Default);
        var started = Rig.Start("-v=2");
        await UntilDone();
        foreach (var said in (string[])["502", "503", "no healthy upstream"])
            Assert.That(started.ErrorLines, Has.Some.Contains("CSI driver is not available yet").And.Contains(said));
        Assert.That(Rig.Driver.Connections, Is.EqualTo(1));
        Assert.That(started.HasExited, Is.False);
    }
}
