using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalResizer.InUse;

/// <summary>What is known of whether a claim is used.</summary>
internal enum ClaimUse
{
    /// <summary>Pods are not known yet.</summary>
    Unknown,
    Unused,
    Used,
}

/// <summary>
/// Which claims pods use (resizer contract 8). Pods are watched from when somebody asks for the first time, which only a driver brings about that
/// expands no volume in use; of each pod that uses claims their names are kept, and nothing else of any pod. Where they may not be watched, nothing is
/// known, and the driver is asked itself.
/// </summary>
internal sealed class ClaimUsers
{
    /// <summary>As long as a first list may take.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly SidecarContext _context;
    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ObjectStore<Pod> _pods = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, int> _users = [];
    private readonly Dictionary<ObjectKey, string[]> _claimsOf = [];
    private long? _wantedSince; // a time stamp; null while nobody asked

    public ClaimUsers(SidecarContext context)
    {
        _context = context;
        _pods.Add(Readings.Pod, Readings.UsesClaims);
        _pods.Changed += PodChanged;
    }

    /// <summary>Told of each claim whose last pod is gone or over.</summary>
    public event Action<ObjectKey>? Freed;

    /// <summary>Whether pods ought to be known by now, and are not: they may not be watched, it seems.</summary>
    public bool IsOverdue => _wantedSince is { } since && _context.Time.GetElapsedTime(since) > s_patience;

    /// <summary>Begins to watch, if nobody has asked before.</summary>
    public void Watch()
    {
        lock (_lock) _wantedSince ??= _context.Time.GetTimestamp();
        _wanted.TrySetResult();
    }

    public ClaimUse Of(ObjectKey claim)
    {
        if (!_pods.Synced.IsCompleted) return ClaimUse.Unknown;
        lock (_lock) return _users.ContainsKey(claim) ? ClaimUse.Used : ClaimUse.Unused;
    }

    /// <summary>Waits to be asked, and watches from then on until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _wanted.Task.WaitAsync(stop);
        var running = new RunningTasks(stop);
        var options = new WatcherOptions { StreamsLists = StreamedLists.AreWanted, Metrics = _context.Metrics };
        running.Add(new Reflector<Pod>(_context.Api, Resources.PodsWithClaims, _pods, options, _context.Time, _context.Loggers.CreateLogger<Reflector<Pod>>()).RunAsync);
        await running.All();
    }

    private void PodChanged(StoreChange<Pod> change)
    {
        var pod = (change.New ?? change.Old)!.Key;
        List<ObjectKey> freed = [];
        lock (_lock)
        {
            var before = _claimsOf.GetValueOrDefault(pod) ?? [];
            var now = change.New?.Claims ?? [];
            if (now.Length > 0) _claimsOf[pod] = now;
            else _claimsOf.Remove(pod);
            foreach (var claim in now) Count(new ObjectKey(pod.Namespace, claim), 1);
            foreach (var claim in before)
                if (Count(new ObjectKey(pod.Namespace, claim), -1)) freed.Add(new ObjectKey(pod.Namespace, claim));
        }
        foreach (var claim in freed) Freed?.Invoke(claim);
    }

    /// <summary>Whether nobody is left.</summary>
    private bool Count(ObjectKey claim, int change)
    {
        var users = _users.GetValueOrDefault(claim) + change;
        if (users > 0) _users[claim] = users;
        else _users.Remove(claim);
        return users <= 0;
    }
}
