using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Deletion;
using Sidecars.ExternalProvisioner.Metrics;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Secrets;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// The caches, queues and controllers of one leadership. The watches start first, the workers when all caches are complete, so no
/// claim is judged by half a picture; a standby replica holds nothing.
/// </summary>
internal sealed class ControllerSet(
    DriverFacts driver, ProvisionerOptions options, ApiClient api, CsiConnection connection, EventRecorder events,
    MetricRegistry registry, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>Volumes whose objects are written at once, of those whose first write failed.</summary>
    private const int SaveWorkers = 4;

    private static readonly TimeSpan s_firstSaveRetry = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestSaveRetry = TimeSpan.FromSeconds(1000);

    public async Task RunAsync(CancellationToken stop)
    {
        var caches = new Caches();
        using var claims = new WorkQueue<string>(new QueueMetrics(registry, "claims"), time);
        using var volumes = new WorkQueue<string>(new QueueMetrics(registry, "volumes"), time);
        using var unsaved = new WorkQueue<string>(new QueueMetrics(registry, "unsavedpvs"), time);
        var claimBackoff = new ItemBackoff<string>(options.RetryIntervalStart, options.RetryIntervalMax);
        var volumeBackoff = new ItemBackoff<string>(options.RetryIntervalStart, options.RetryIntervalMax);

        var memory = new ClaimMemory(options.RetryIntervalMax, time);
        var metrics = new OperationMetrics(registry);
        var calls = new CsiCall(time);
        var controller = new Controller.ControllerClient(connection.Invoker);
        var secrets = new SecretReader(api);
        var saver = new VolumeSaver(api, caches, events, unsaved, loggers.CreateLogger<VolumeSaver>());
        var claimReconciler = new ClaimReconciler(driver, options, caches, api, new RequestComposer(driver, options, secrets),
            new VolumeMaker(controller, calls, options.Timeout, time, loggers.CreateLogger<VolumeMaker>()),
            saver, memory, events, metrics, time, loggers.CreateLogger<ClaimReconciler>());
        var volumeReconciler = new VolumeReconciler(driver, options.Timeout, caches, api, controller, calls,
            new DeletionSecrets(caches.Classes, secrets, loggers.CreateLogger<DeletionSecrets>()), events, metrics, time, loggers.CreateLogger<VolumeReconciler>());

        var triggers = new Triggers(driver.Name, caches, memory, claims, volumes, volumeBackoff, volumeReconciler);
        caches.Claims.Changed += triggers.ClaimChanged;
        caches.Volumes.Changed += triggers.VolumeChanged;
        caches.Classes.Changed += triggers.ClassChanged;
        caches.Attachments.Changed += triggers.AttachmentChanged;

        var running = new RunningTasks(stop);
        running.Add(events.RunAsync);
        var synced = new List<Task>
        {
            Watch(running, Resources.PersistentVolumeClaims, caches.Claims),
            Watch(running, Resources.PersistentVolumes, caches.Volumes),
            Watch(running, Resources.StorageClasses, caches.Classes),
        };
        if (driver.Attaches) synced.Add(Watch(running, Resources.VolumeAttachments, caches.Attachments));
        if (!await running.Reached(Task.WhenAll(synced))) return;

        running.Add(new ControllerLoop<string>("claims", claims, claimBackoff, options.WorkerThreads, claimReconciler.Reconcile, Log<ControllerLoop<string>>()).RunAsync);
        running.Add(new ControllerLoop<string>("volumes", volumes, volumeBackoff, options.WorkerThreads, volumeReconciler.Reconcile, Log<ControllerLoop<string>>()).RunAsync);
        running.Add(new ControllerLoop<string>("unsavedpvs", unsaved, new ItemBackoff<string>(s_firstSaveRetry, s_longestSaveRetry), SaveWorkers, saver.Retry,
            Log<ControllerLoop<string>>()).RunAsync);
        await running.All();
    }

    private Task Watch<T>(RunningTasks running, Resource<T> resource, ObjectStore<T> store) where T : KubeObject
    {
        var reflector = new Reflector<T>(api, resource, store, new WatcherOptions { StreamsLists = StreamedLists.AreWanted }, time, Log<Reflector<T>>());
        running.Add(reflector.RunAsync);
        return reflector.Synced;
    }

    private ILogger<T> Log<T>() => loggers.CreateLogger<T>();
}
