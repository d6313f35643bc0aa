using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Flags;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Leading;
using Sidecars.Kubernetes.Rights;

namespace Sidecars.ControllerManager;

/// <summary>
/// The elections of a process: it works once it holds the lease of each of its sidecars, under the names the originals use, so that no
/// original and no other process works on the same objects. Leases are taken in the order of their names: two processes with the same
/// sidecars never wait for each other's.
/// </summary>
internal sealed class Elections : IDisposable
{
    private readonly List<Leadership> _leaderships;

    public Elections(IEnumerable<string> leases, StandardFlags flags, SidecarClients clients, MetricRegistry metrics, ILoggerFactory loggers, TimeProvider time) =>
        _leaderships = [.. leases.Distinct().Order(StringComparer.Ordinal).Select(lease => new Leadership(flags, lease, clients, metrics, loggers, time))];

    /// <summary>Whether there is an election at all.</summary>
    public bool AreHeld => _leaderships.Any(l => l.IsElected);

    /// <summary>False where a lease that is held was not renewed for too long.</summary>
    public bool AreHealthy => _leaderships.All(l => l.IsHealthy);

    /// <summary>The rights that they need.</summary>
    public IEnumerable<RequiredRight> Rights => _leaderships.SelectMany(l => l.Rights);

    /// <summary>Works, once all leases are held; false when one of them was lost.</summary>
    public Task<bool> RunAsync(Func<CancellationToken, Task> work, bool releases, CancellationToken stop) => RunAsync(0, work, releases, stop);

    public void Dispose()
    {
        foreach (var leadership in _leaderships) leadership.Dispose();
    }

    private async Task<bool> RunAsync(int next, Func<CancellationToken, Task> work, bool releases, CancellationToken stop)
    {
        if (next == _leaderships.Count)
        {
            await work(stop);
            return true;
        }
        var areOthersHeld = true;
        var isHeld = await _leaderships[next].RunAsync(async ended => areOthersHeld = await RunAsync(next + 1, work, releases, ended),
            () => releases && areOthersHeld, stop); // who lost another did not wait for the work
        return isHeld && areOthersHeld;
    }
}
