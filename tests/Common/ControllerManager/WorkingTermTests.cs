using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.ControllerManager.Tests;

/// <summary>When, and how often, what follows the filling of the stores is called.</summary>
internal sealed class WorkingTermTests
{
    private readonly RecordedSidecars _sidecars = new();
    private ClusterServer _cluster = null!;
    private ApiClient _api = null!;
    private WorkingTerm _term = null!;

    [SetUp]
    public async Task Begin()
    {
        _cluster = await ClusterServer.StartAsync().WithinLimit();
        var (address, error) = ClusterAddress.Find("", _cluster.Url.AbsoluteUri);
        _api = new ApiClient(address ?? throw new InvalidOperationException(error), new ApiClientOptions { UserAgent = "tests" }, TimeProvider.System, NullLogger.Instance);
        var parts = new ProcessParts
        {
            Api = _api, EventApi = _api, NewClient = _ => throw new NotSupportedException("nobody here asks for one"), Metrics = new MetricRegistry(), Time = TimeProvider.System, EventTime = TimeProvider.System, Loggers = NullLoggerFactory.Instance,
        };
        _term = new WorkingTerm(_sidecars.Both, null, parts) { Filled = _sidecars.Filled };
    }

    [TearDown]
    public async Task End()
    {
        _api.Dispose();
        await _cluster.DisposeAsync().WithinLimit();
    }

    [Test]
    public async Task Each_of_two_terms_of_one_process_calls_it_once_and_before_any_sidecar_starts()
    {
        for (var term = 0; term < 2; term++)
        {
            using var stop = new CancellationTokenSource();
            var running = _term.RunAsync(stop.Token);
            await _sidecars.Started();
            await stop.CancelAsync();
            await running.WithinLimit();
        }
        Assert.That(_sidecars.Order, Is.EqualTo(RecordedSidecars.OneTerm.Concat(RecordedSidecars.OneTerm)));
    }

    [Test]
    public async Task A_term_that_ends_before_its_stores_are_full_calls_nothing_and_the_next_one_does()
    {
        using (var held = _cluster.Faults.Add(new RequestMatch { Resource = "csinodes" }, new FaultAction.Hold()))
        {
            using var early = new CancellationTokenSource();
            var ended = _term.RunAsync(early.Token);
            await held.Reached.WithinLimit();
            await early.CancelAsync();
            await ended.WithinLimit();
        }
        Assert.That(_sidecars.Order, Is.Empty);

        using var stop = new CancellationTokenSource();
        var running = _term.RunAsync(stop.Token);
        await _sidecars.Started();
        await stop.CancelAsync();
        await running.WithinLimit();
        Assert.That(_sidecars.Order, Is.EqualTo(RecordedSidecars.OneTerm));
    }
}
