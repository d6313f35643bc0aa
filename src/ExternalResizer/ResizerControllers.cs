using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.ExternalResizer.Expansion;
using Sidecars.ExternalResizer.InUse;
using Sidecars.ExternalResizer.Modification;
using Sidecars.ExternalResizer.Patches;
using Sidecars.ExternalResizer.Requests;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalResizer;

/// <summary>What csi-resizer reads, remembers and runs while it may work: a controller that expands, one that modifies, or both.</summary>
internal sealed class ResizerControllers : IControllers
{
    private readonly SidecarContext _context;
    private readonly ResizerOptions _options;
    private readonly ClaimUsers _users;
    private readonly List<(KeyController Controller, Func<string, CancellationToken, ValueTask<Outcome>> Reconcile, Action LookAgain)> _controllers = [];
    private readonly List<Func<int>> _remembered = [];
    private readonly AttributesClassWaits? _waits;

    public ResizerControllers(SidecarContext context, ResizerOptions options, DriverFacts driver)
    {
        (_context, _options, _users) = (context, options, new ClaimUsers(context));
        var caches = new Caches(context.Stores, driver);
        var writer = new ObjectWriter(caches, context.Api);
        var secrets = new CallSecrets(new SecretReader(context.Api));
        var calls = new DriverCalls(context.Driver.Connection, options.Timeout, context.Time);
        var reports = new Reports(context.Events, driver.Name);
        if (driver.Expands) AddExpansion(caches, writer, new VolumeGrowth(new ExpandRequests(driver, secrets), calls, driver), reports, driver);
        if (driver.Modifies && options.Modifies) _waits = AddModification(caches, writer, new ModifyRequests(options.TellsNames, secrets), calls, reports, driver);
    }

    /// <summary>How often anything is remembered of a claim: zero, where no claim is on its way.</summary>
    public int Remembered => _remembered.Sum(count => count());

    public void Start(RunningTasks running)
    {
        foreach (var (controller, reconcile, _) in _controllers) controller.Start(running, _options.Workers, reconcile);
        running.Add(_users.RunAsync);
        if (_waits is not null) running.Add(_waits.RunAsync);
        if (_options.Resync > TimeSpan.Zero) running.Add(LookAgain);
    }

    public void Dispose()
    {
        foreach (var (controller, _, _) in _controllers) controller.Dispose();
    }

    private void AddExpansion(Caches caches, ObjectWriter writer, VolumeGrowth growth, Reports reports, DriverFacts driver)
    {
        var controller = Controller("expand", driver);
        var memory = new ExpansionMemory(_options.RetryIntervalMax, _context.Time);
        var record = new ExpansionRecord(writer, memory, _users, reports, _options, _context.Time, _context.Loggers.CreateLogger<ExpansionRecord>());
        var reconciler = new ExpandReconciler(
            caches, writer, growth, record, memory, _users, reports, driver, _options, _context.Time, _context.Loggers.CreateLogger<ExpandReconciler>());
        var triggers = new ExpansionTriggers(caches, reconciler, memory, controller.Queue, controller.Backoff, _options.Recovers);
        caches.Claims.Changed += triggers.ClaimChanged;
        caches.Volumes.Changed += triggers.VolumeChanged;
        _users.Freed += triggers.Freed;
        _users.Known += triggers.PodsKnown;
        _remembered.Add(() => memory.Count);
        _controllers.Add((controller, reconciler.Reconcile, triggers.LookAgain));
    }

    private AttributesClassWaits AddModification(
        Caches caches, ObjectWriter writer, ModifyRequests requests, DriverCalls calls, Reports reports, DriverFacts driver)
    {
        var controller = Controller("modify", driver);
        var memory = new ModifyMemory(_options.RetryIntervalMax, _context.Time);
        var classes = new AttributesClasses(_context.Api, _context.Time);
        var waits = new AttributesClassWaits(_context, classes, controller.Queue);
        var triggers = new ModifyTriggers(caches, memory, waits, controller.Queue, controller.Backoff);
        var record = new ModifyRecord(caches, writer, memory, reports, _context.Time, _context.Loggers.CreateLogger<ModifyRecord>());
        var reconciler = new ModifyReconciler(
            caches, writer, requests, calls, record, memory, classes, waits, reports, driver, _options, _context.Time, _context.Loggers.CreateLogger<ModifyReconciler>());
        caches.Claims.Changed += triggers.ClaimChanged;
        caches.Volumes.Changed += triggers.VolumeChanged;
        _remembered.Add(() => memory.Count);
        _controllers.Add((controller, reconciler.Reconcile, triggers.LookAgain));
        return waits;
    }

    private async Task LookAgain(CancellationToken stop)
    {
        while (true)
        {
            await Pause.For(_options.Resync, _context.Time, stop);
            foreach (var (_, _, lookAgain) in _controllers) lookAgain();
        }
    }

    private KeyController Controller(string name, DriverFacts driver) =>
        new(name, WellKnown.QueueOf(driver.Name), new ItemBackoff<string>(_options.RetryIntervalStart, _options.RetryIntervalMax), _context);
}
