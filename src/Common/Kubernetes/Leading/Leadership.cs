using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Flags;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Rights;

namespace Sidecars.Kubernetes.Leading;

/// <summary>
/// Runs a program's work, as the leader where <c>--leader-election</c> asks for that and at once where it does not (common contract
/// 6). The election has an API client of its own, so that a throttled controller cannot lose its lease, and announces a new leader
/// by an event on the lease.
/// </summary>
public sealed class Leadership : IDisposable
{
    /// <summary>How much longer than the lease a leader may be silent before it counts as stuck (common contract 5).</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(20);

    private readonly ApiClient? _api;
    private readonly EventRecorder? _events;
    private readonly LeaderElector? _elector;

    /// <summary>Nothing is asked of the server before <see cref="RunAsync"/>.</summary>
    /// <param name="flags">Whether to elect, and the times of it.</param>
    /// <param name="leaseName">Name of the lease as the contract composes it; it is sanitised here, and used as it is in the events.</param>
    /// <param name="clients">Maker of the election's client.</param>
    /// <param name="metrics">Where the election's metrics go.</param>
    /// <param name="loggers">Log.</param>
    /// <param name="time">Clock.</param>
    public Leadership(StandardFlags flags, string leaseName, SidecarClients clients, MetricRegistry metrics, ILoggerFactory loggers, TimeProvider time)
    {
        if (!flags.LeaderElection.Value) return;
        (Lease, Namespace) = (LeaderElectionOptions.Sanitise(leaseName), OwnNamespace.Find(flags.LeaderElectionNamespace.Value));
        var identity = LeaderIdentity.Find();
        var options = new LeaderElectionOptions
        {
            LeaseName = Lease,
            Namespace = Namespace,
            Identity = identity.Holder,
            LeaseDuration = flags.LeaseDuration.Value,
            RenewDeadline = flags.RenewDeadline.Value,
            RetryPeriod = flags.RetryPeriod.Value,
            Labels = flags.LeaderElectionLabels.Value,
        };
        _api = clients.Create(ConnectionOptions.OfEnvironment.Within(options.RenewDeadline)); // else every try would go over a connection that is dead
        _events = new EventRecorder(_api, $"{leaseName}/{identity.Raw}", time, loggers.CreateLogger<EventRecorder>());
        _elector = new LeaderElector(_api, options, new LeaderElectionMetrics(metrics), Announce, time, loggers.CreateLogger<LeaderElector>());

        void Announce(Lease lease, string message) => _events.Record(
            new ObjectReference { Kind = "Lease", ApiVersion = "coordination.k8s.io/v1", Namespace = options.Namespace, Name = options.LeaseName, Uid = lease.Metadata.Uid },
            EventType.Normal, "LeaderElection", message);
    }

    /// <summary>Whether there is an election at all.</summary>
    public bool IsElected => _elector is not null;

    /// <summary>Name of the lease; empty without an election.</summary>
    public string Lease { get; } = "";

    /// <summary>Where the lease is; empty without an election.</summary>
    public string Namespace { get; } = "";

    /// <summary>The rights that the election needs; none without one.</summary>
    public IEnumerable<RequiredRight> Rights => IsElected ? SharedRights.Lease(Namespace, Lease) : [];

    /// <summary>False for a leader that has not renewed for longer than the lease lasts, and a while more.</summary>
    public bool IsHealthy => _elector?.IsHealthy(s_tolerance) ?? true;

    /// <summary>Works, once it may, until the work ends or <paramref name="stop"/>.</summary>
    /// <param name="work">The work; its token is cancelled when it must stop.</param>
    /// <param name="releases">Whether the lease is given back, asked at the end.</param>
    /// <param name="stop">Ends the candidacy or the work.</param>
    /// <returns>False when the lease was lost: another replica may work from then on.</returns>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> work, Func<bool> releases, CancellationToken stop)
    {
        if (_elector is null)
        {
            await work(stop);
            return true;
        }
        _ = _events!.RunAsync(stop);
        return await _elector.RunAsync(work, releases, stop);
    }

    /// <inheritdoc />
    public void Dispose() => _api?.Dispose();
}
