using Grpc.Core;
using Sidecars.ClusterDriverRegistrar.Driver;
using Sidecars.Csi;
using Sidecars.Hosting.Metrics;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Driver;

/// <summary>A driver that is not there yet, goes away and comes back (registrar contract A3, C).</summary>
internal sealed class DriverLinkTests
{
    private readonly RecordingLogger _log = new();
    private readonly CancellationTokenSource _stop = new();

    [TearDown]
    public void End() => _stop.Dispose();

    [Test]
    public async Task A_driver_whose_socket_appears_after_a_minute_is_met_and_each_ten_seconds_tell_of_the_waiting()
    {
        var time = new ObservedTime();
        await using var driver = ScriptedDriver.Create();
        using var link = Link(driver, time);
        var met = link.MeetAsync(_stop.Token);
        await time.TimerSet(IsRetry);
        for (var tens = 1; tens <= 6; tens++) time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(_log.Lines.Count(l => l.StartsWith("Still connecting", StringComparison.Ordinal)), Is.EqualTo(6));
        Assert.That(met.IsCompleted, Is.False);
        await driver.StartAsync();
        while (!met.IsCompleted)
        {
            var retry = time.TimerSet(IsRetry);
            if (await Task.WhenAny(met, retry) == retry) time.Advance(await retry);
        }
        Assert.That((await met).Response!.Name, Is.EqualTo("csi.example.com"));
    }

    [TestCase("GetPluginInfo")]
    [TestCase("GetPluginCapabilities")]
    [TestCase("ControllerGetCapabilities")]
    public async Task A_driver_that_goes_away_while_it_is_asked_is_met_anew(string question)
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        var time = new ObservedTime();
        using var link = Link(driver, time);
        using var gate = driver.Hold(question);
        var met = link.MeetAsync(_stop.Token);
        await gate.Entered.WithinLimit();
        await driver.StopAsync();
        await time.TimerSet(due => due == TimeSpan.FromSeconds(1));
        gate.Release();
        await driver.StartAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await met.WithinLimit()).Response, Is.EqualTo(new DriverFacts("csi.example.com", true)));
        Assert.That(_log.Lines, Has.Some.StartsWith("The driver went away while it was asked who it is"));
    }

    [Test]
    public async Task A_driver_that_comes_back_the_same_changes_nothing()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        var time = new ObservedTime();
        using var link = Link(driver, time);
        var known = (await link.MeetAsync(_stop.Token).WithinLimit()).Response!;
        var differs = link.UntilItDiffersAsync(known, _stop.Token);
        await Restart(driver);
        await time.Pass(TimeSpan.FromSeconds(1));
        await _log.WaitForLine(line => line.StartsWith("The driver is back and says the same", StringComparison.Ordinal));
        Assert.That(differs.IsCompleted, Is.False);
        await _stop.CancelAsync();
        Assert.That(async () => await differs.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_driver_that_comes_back_broken_and_then_as_another_one_is_told()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        var time = new ObservedTime();
        using var link = Link(driver, time);
        var known = (await link.MeetAsync(_stop.Token).WithinLimit()).Response!;
        var differs = link.UntilItDiffersAsync(known, _stop.Token);
        driver.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Internal, "no license"));
        await Restart(driver);
        await time.Pass(TimeSpan.FromSeconds(1));
        await _log.WaitForLine(line => line.Contains("no license", StringComparison.Ordinal));
        driver.Answer("GetPluginInfo", DriverRule.Answer("""{"name":"new.example.com"}"""));
        await Restart(driver);
        await time.Pass(TimeSpan.FromSeconds(2));
        Assert.That(await differs.WithinLimit(), Is.EqualTo(new DriverFacts("new.example.com", true)));
    }

    [Test]
    public async Task A_driver_that_drops_every_connection_is_dialled_ever_less_often_until_one_lasts()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        var time = new ObservedTime();
        using var link = Link(driver, time);
        var known = (await link.MeetAsync(_stop.Token).WithinLimit()).Response!;
        var differs = link.UntilItDiffersAsync(known, _stop.Token);
        var returns = 0;
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 30, 30])
        {
            await Restart(driver);
            await time.Pass(TimeSpan.FromSeconds(seconds));
            await Returned(++returns);
        }
        time.Advance(TimeSpan.FromSeconds(30));
        await Restart(driver);
        var returned = Returned(++returns);
        while (!returned.IsCompleted)
        {
            // Without the pause of half a minute; it may have dialled before the driver listened again.
            var retry = time.TimerSet(IsRetry);
            if (await Task.WhenAny(returned, retry) == retry) time.Advance(await retry);
        }
        await returned;
        await _stop.CancelAsync();
        Assert.That(async () => await differs.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
    }

    private async Task Returned(int times)
    {
        var seen = 0;
        await _log.WaitForLine(line => line.StartsWith("The driver is back and says the same", StringComparison.Ordinal) && ++seen == times);
    }

    private DriverLink Link(ScriptedDriver driver, TimeProvider time) =>
        new(driver.Address, null, TestTimeouts.Limit, new CsiCallMetrics(new MetricRegistry()), time, new RecordingLoggers(_log));

    private static async Task Restart(ScriptedDriver driver)
    {
        await driver.StopAsync();
        await driver.StartAsync();
    }

    private static bool IsRetry(TimeSpan due) => due > TimeSpan.FromSeconds(0.7) && due < TimeSpan.FromSeconds(1.3);
}
