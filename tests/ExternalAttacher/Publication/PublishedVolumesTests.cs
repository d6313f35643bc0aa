using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using Sidecars.ExternalAttacher.Publication;
using Sidecars.Hosting.Metrics;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Publication;

/// <summary>The driver's list of volumes, page after page over a socket.</summary>
internal sealed class PublishedVolumesTests
{
    private ScriptedDriver _driver = null!;
    private CsiConnection _connection = null!;

    [SetUp]
    public async Task Begin()
    {
        _driver = await ScriptedDriver.StartNewAsync();
        var metrics = new CsiCallMetrics(new MetricRegistry()) { DriverName = ScriptedDriverOptions.DefaultName };
        _connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = _driver.Address, Metrics = metrics }, NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit();
    }

    [TearDown]
    public async Task End()
    {
        _connection.Dispose();
        await _driver.DisposeAsync();
    }

    [Test]
    public async Task A_list_of_ever_new_volumes_ends_at_the_most_pages()
    {
        _driver.Answer("ListVolumes",
            [.. Enumerable.Range(1, 20).Select(page => DriverRule.Answer($$$"""{"entries":[{"volume":{"volume_id":"v{{{page}}}"}}],"next_token":"{{{page}}}"}"""))]);

        var (nodes, error) = await new PublishedVolumes(_connection, TestTimeouts.Limit, 0, TimeProvider.System, mostPages: 15).List(CancellationToken.None).WithinLimit();

        Assert.That(nodes, Is.Null);
        Assert.That(error, Does.Contain("15 volumes on 15 pages"));
        Assert.That(_driver.Calls.Of("ListVolumes"), Has.Count.EqualTo(15));
    }

    [Test]
    public async Task A_single_entry_larger_than_an_answer_may_be_is_told_once_and_anew_when_the_list_was_complete_in_between()
    {
        var tooLarge = DriverRule.Answer($$$"""{"entries":[{"volume":{"volume_id":"{{{new string('v', 5 * 1024 * 1024)}}}"}}]}""");
        var first = DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"small"}}],"next_token":"2"}""");
        var last = DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"other"}}]}""");
        _driver.Answer("ListVolumes", tooLarge, first, tooLarge, first, tooLarge, first, last, tooLarge);
        var volumes = new PublishedVolumes(_connection, TestTimeouts.Limit, 3, TimeProvider.System);
        Task<(Dictionary<string, HashSet<string>>? Nodes, string? Error)> List() => volumes.List(CancellationToken.None).WithinLimit();

        Assert.That((await List()).Error, Does.Contain("a page of 3 volumes is larger").And.Contains("--max-entries=1 "));
        var (nodes, error) = await List();
        Assert.That(nodes, Is.Null);
        Assert.That(error, Does.StartWith("the page \"2\" of the driver's list is larger").And.Contains("though one volume was asked for")
            .And.Contains("code = ResourceExhausted").And.Not.Contains("--max-entries"));
        (nodes, error) = await List();
        Assert.That(nodes, Is.Null);
        Assert.That(error, Is.Null, "it was told");

        (nodes, error) = await List();
        Assert.That(nodes!.Keys, Is.EquivalentTo((string[])["small", "other"]));
        Assert.That(error, Is.Null);
        Assert.That((await List()).Error, Does.StartWith("the first page of the driver's list is larger").And.Contains("though one volume was asked for"));
        Assert.That(_driver.Calls.Of("ListVolumes").Skip(1).Select(c => c.Request["max_entries"]!.GetValue<int>()), Is.All.EqualTo(1));
    }
}
