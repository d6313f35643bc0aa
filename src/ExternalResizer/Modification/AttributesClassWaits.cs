using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalResizer.Modification;

/// <summary>
/// Claims that wait for a class of attributes that is not there, or is another driver's: they come up when a class of that name is made. Classes are
/// watched from the first such claim on, in the version of their group that the server serves, and in another one when it comes to serve that.
/// </summary>
internal sealed class AttributesClassWaits(SidecarContext context, AttributesClasses classes, WorkQueue<string> queue)
{
    /// <summary>How often the version is looked after while classes are watched: a server is upgraded seldom, and nobody tells.</summary>
    private static readonly TimeSpan s_versionPause = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, string> _classOf = new(StringComparer.Ordinal); // by the key of the claim

    private volatile ObjectStore<VolumeAttributesClass>? _store; // what the watch of today has shown

    /// <summary>Claims that wait.</summary>
    public int Count => _classOf.Count;

    /// <summary>Waits from now on; false where the class came while its absence was being noted, so that nobody will tell.</summary>
    public bool Wait(string claim, string attributesClass, bool isMissing)
    {
        _classOf[claim] = attributesClass;
        _wanted.TrySetResult();
        return !(isMissing && _store?.Find(new ObjectKey(null, attributesClass)) is not null);
    }

    public bool IsWaiting(string claim) => _classOf.ContainsKey(claim);

    public void Forget(string claim) => _classOf.TryRemove(claim, out _);

    /// <summary>Waits until some claim waits, and watches from then on until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _wanted.Task.WaitAsync(stop);
        while (true)
        {
            var (version, _) = await classes.Version(stop);
            if (version is null) await Pause.For(s_versionPause, context.Time, stop);
            else await Watch(version, stop);
        }
    }

    private async Task Watch(string version, CancellationToken stop)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var store = new ObjectStore<VolumeAttributesClass>();
        store.Add((read, kept) => kept.TakeIdentity(read));
        store.Changed += ClassChanged;
        _store = store;
        var options = new WatcherOptions { StreamsLists = StreamedLists.AreWanted, Metrics = context.Metrics };
        var log = context.Loggers.CreateLogger<Reflector<VolumeAttributesClass>>();
        var running = new RunningTasks(round.Token);
        running.Add(new Reflector<VolumeAttributesClass>(context.Api, Resources.VolumeAttributesClasses(version), store, options, context.Time, log).RunAsync);
        try
        {
            string? served;
            do
            {
                await Pause.For(s_versionPause, context.Time, stop);
                served = (await classes.Version(stop)).Version;
            }
            while (served is null || served == version);
        }
        finally
        {
            await round.CancelAsync();
            await running.All();
        }
    }

    private void ClassChanged(StoreChange<VolumeAttributesClass> change)
    {
        if (change.New is not { } made || change.Old?.Uid == made.Uid) return;
        foreach (var (claim, attributesClass) in _classOf)
            if (attributesClass == made.Name) queue.Add(claim);
    }
}
