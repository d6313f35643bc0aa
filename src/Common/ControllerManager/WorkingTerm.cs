using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;

namespace Sidecars.ControllerManager;

/// <summary>
/// What a process does while it may work: first the watches, then, when every store is complete, the workers of all sidecars. A
/// process that stands by has none of it. Ends when it is asked to, after the work in hand.
/// </summary>
internal sealed class WorkingTerm(IReadOnlyList<Sidecar> sidecars, ConnectedDriver? driver, ProcessParts parts)
{
    /// <summary>Called one time in each term: when every store is complete, before the work begins.</summary>
    public Action Filled { get; init; } = static () => { };

    public async Task RunAsync(CancellationToken stop)
    {
        var running = new RunningTasks(stop);
        var stores = new SharedStores();
        var controllers = new List<IControllers>();
        try
        {
            foreach (var sidecar in sidecars)
            {
                var events = new EventRecorder(parts.EventApi, sidecar.EventComponentOf(driver?.Name ?? ""), parts.EventTime, parts.Loggers.CreateLogger<EventRecorder>());
                running.Add(events.RunAsync);
                controllers.Add(sidecar.Compose(new SidecarContext(driver, parts, events, stores)));
            }
            if (!await running.Reached(stores.Start(running, parts))) return;
            Filled();
            foreach (var sidecar in controllers) sidecar.Start(running);
            await running.All();
        }
        finally
        {
            foreach (var sidecar in controllers) sidecar.Dispose();
        }
    }
}
