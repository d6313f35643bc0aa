using Grpc.Core;
using Sidecars.ClusterDriverRegistrar.Driver;
using Sidecars.Csi;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Driver;

/// <summary>What the driver is asked, and what its answers mean (registrar contract A3, B2, C).</summary>
internal sealed class DriverQuestionsTests
{
    /// <summary>Unlike any pause, so that the timers of the two cannot be confused.</summary>
    private static readonly TimeSpan s_limit = TestTimeouts.Limit;

    private readonly RecordingLogger _log = new();
    private readonly ObservedTime _time = new();

    [TestCase("PUBLISH_UNPUBLISH_VOLUME", true)]
    [TestCase("CREATE_DELETE_VOLUME", false)]
    public async Task Attaching_follows_the_capability_to_publish(string capability, bool needsAttach)
    {
        await using var driver = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions { ControllerCapabilities = [capability] });
        Assert.That((await Ask(driver)).Response, Is.EqualTo(new DriverFacts("csi.example.com", needsAttach)));
    }

    [Test]
    public async Task A_driver_without_a_controller_service_needs_no_attaching_and_its_controller_is_not_asked()
    {
        await using var driver = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions { PluginCapabilities = [] });
        Assert.That((await Ask(driver)).Response!.NeedsAttach, Is.False);
        Assert.That(driver.Calls.Of("ControllerGetCapabilities"), Is.Empty);
    }

    [Test]
    public async Task A_driver_whose_controller_does_not_know_the_question_needs_no_attaching()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        driver.Answer("ControllerGetCapabilities", DriverRule.Fail(StatusCode.Unimplemented));
        Assert.That((await Ask(driver)).Response!.NeedsAttach, Is.False);
    }

    [TestCase(StatusCode.Unimplemented)]
    [TestCase(StatusCode.Internal)]
    [TestCase(StatusCode.FailedPrecondition)]
    public async Task A_driver_that_does_not_say_what_it_can_do_is_asked_for_its_controller_as_the_original_does(StatusCode code)
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        driver.Answer("GetPluginCapabilities", DriverRule.Fail(code));
        Assert.That((await Ask(driver)).Response!.NeedsAttach, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task What_the_user_says_about_attaching_is_not_asked(bool said)
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        Assert.That((await Ask(driver, said)).Response!.NeedsAttach, Is.EqualTo(said));
        Assert.That(driver.Calls.All.Select(c => c.Method), Is.EqualTo((string[])["GetPluginInfo"]));
    }

    [TestCase("GetPluginInfo", "for its name (GetPluginInfo)")]
    [TestCase("ControllerGetCapabilities", "what its controller can do (ControllerGetCapabilities)")]
    public async Task A_refusal_says_who_was_asked_what_and_what_came_back(string method, string question)
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        driver.Answer(method, DriverRule.Fail(StatusCode.Internal, "disk on fire"));
        var error = (await Ask(driver)).Error!.Text;
        Assert.That(error, Is.EqualTo($"asking the driver at {driver.SocketPath} {question}: rpc error: code = Internal desc = disk on fire"));
    }

    [Test]
    public async Task A_driver_without_a_name_is_refused()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        driver.Answer("GetPluginInfo", DriverRule.Answer("{}"));
        Assert.That((await Ask(driver)).Error!.Text, Does.Contain("driver name is empty"));
        Assert.That(driver.Calls.All, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_driver_that_is_not_ready_for_questions_is_asked_again()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        var busy = DriverRule.Fail(StatusCode.Unavailable, "starting");
        driver.Answer("GetPluginInfo", busy, busy, DriverRule.Default);
        var asked = Ask(driver);
        await _time.Pass(TimeSpan.FromSeconds(1));
        await _time.Pass(TimeSpan.FromSeconds(2));
        Assert.That((await asked).IsOk, Is.True);
        Assert.That(_log.Lines, Has.Some.Contains("starting"));
    }

    [Test]
    public async Task A_driver_that_takes_longer_than_the_limit_is_asked_again()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        using var gate = driver.Hold("ControllerGetCapabilities");
        var asked = Ask(driver);
        await gate.Entered.WithinLimit();
        _time.Advance(s_limit);
        await _log.WaitForLine(line => line.Contains("context deadline exceeded", StringComparison.Ordinal));
        gate.Release();
        await _time.Pass(TimeSpan.FromSeconds(1));
        Assert.That((await asked).Response!.NeedsAttach, Is.True);
    }

    private async Task<CsiResult<DriverFacts>> Ask(ScriptedDriver driver, bool? attachRequired = null)
    {
        using var connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = driver.Address, OnLoss = LossPolicy.Reconnect }, _log, TimeProvider.System, CancellationToken.None).WithinLimit();
        return await new DriverQuestions(connection.Invoker, driver.SocketPath, attachRequired, s_limit, _time, _log).AskAsync(CancellationToken.None).WithinLimit();
    }
}
