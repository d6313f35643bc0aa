using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Leading;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>One replica that runs for a lease, and notes while it leads.</summary>
internal sealed class Candidate : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ApiClient _client;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _working = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _leading;

    public Candidate(string name, LeaseServer server, TimeProvider time, Func<double> random, Func<LeaderElectionOptions, LeaderElectionOptions>? change = null)
    {
        Name = name;
        _client = new ApiClient(ClusterAddress.Find("", "http://lease").Address!, new ApiClientOptions { UserAgent = name }, time, Log, server.HandlerOf(name));
        var options = new LeaderElectionOptions { LeaseName = "lease", Namespace = "ns", Identity = name };
        Elector = new LeaderElector(_client, change?.Invoke(options) ?? options, new LeaderElectionMetrics(Metrics), (_, text) => Announced.Add(text), time, Log, random);
    }

    public string Name { get; }

    public LeaderElector Elector { get; }

    public RecordingLogger Log { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public List<string> Announced { get; } = [];

    public Task<bool> Running { get; private set; } = Task.FromResult(true);

    /// <summary>Whether its work is running or about to run, and was not told to stop.</summary>
    public bool IsLeading => Announced.Count > 0 && !Running.IsCompleted && !_leading.IsCancellationRequested;

    /// <summary>Completes when the work has begun.</summary>
    public Task Working => _working.Task;

    /// <summary>Whether it gives the lease back at the end.</summary>
    public bool Releases { get; set; }

    public Task<bool> Run(bool releases = false)
    {
        Releases = releases;
        return Running = Elector.RunAsync(async leading =>
        {
            _leading = leading;
            _working.TrySetResult();
            await Task.WhenAny(_done.Task, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, leading));
        }, () => Releases, _stop.Token);
    }

    /// <summary>Ends the work by itself.</summary>
    public void Finish() => _done.TrySetResult();

    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _client.Dispose();
    }
}
