namespace Sidecars.HostPathDriver.Tests;

/// <summary>A fresh driver for every test.</summary>
internal abstract class DriverTest
{
    private protected RunningDriver Driver { get; private set; } = null!;

    [SetUp]
    public async Task StartDriver() => Driver = await RunningDriver.Start(Change).WaitAsync(RunningDriver.Limit);

    [TearDown]
    public async Task StopDriver() => await Driver.DisposeAsync().AsTask().WaitAsync(RunningDriver.Limit);

    private protected virtual DriverOptions Change(DriverOptions options) => options;
}
