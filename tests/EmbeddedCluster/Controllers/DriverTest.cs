using Sidecars.Tests.Support;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

/// <summary>With a node, and a scripted driver that is registered there.</summary>
internal abstract class DriverTest : ControllerTest
{
    private protected ScriptedDriver Driver { get; private set; } = null!;

    private protected override bool HasNode => true;

    [SetUp]
    public async Task StartDriver()
    {
        Driver = await ScriptedDriver.StartNewAsync().WithinLimit();
        Driver.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"id-of-node-1"}"""));
        await Started.RegisterDriver(Driver.Address, CancellationToken.None).WithinLimit();
    }

    [TearDown]
    public async Task StopDriver() => await Driver.DisposeAsync().WithinLimit();
}
