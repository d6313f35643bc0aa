using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using Sidecars.ExternalAttacher.Publication;
using Sidecars.Hosting.Metrics;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Publication;

internal sealed class PublishedVolumesTests
{
    [Test]
    public async Task A_list_of_ever_new_volumes_ends_at_the_most_pages()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        driver.Answer("ListVolumes",
            [.. Enumerable.Range(1, 20).Select(page => DriverRule.Answer($$$"""{"entries":[{"volume":{"volume_id":"v{{{page}}}"}}],"next_token":"{{{page}}}"}"""))]);
        var metrics = new CsiCallMetrics(new MetricRegistry()) { DriverName = ScriptedDriverOptions.DefaultName };
        using var connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = driver.Address, Metrics = metrics }, NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit();

        var (nodes, error) = await new PublishedVolumes(connection, TestTimeouts.Limit, 0, TimeProvider.System, mostPages: 15).List(CancellationToken.None).WithinLimit();

        Assert.That(nodes, Is.Null);
        Assert.That(error, Does.Contain("15 volumes on 15 pages"));
        Assert.That(driver.Calls.Of("ListVolumes"), Has.Count.EqualTo(15));
    }
}
