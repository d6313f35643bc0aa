using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Kubernetes.Caching;
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
    private readonly Reflector<Pod> _reflector;
    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ObjectStore<Pod> _pods = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, int> _users = [];
    private readonly Dictionary<ObjectKey, string[]> _claimsOf = [];

    public ClaimUsers(SidecarContext context)
    {
        var options = new WatcherOptions { StreamsLists = StreamedLists.AreWanted, Metrics = context.Metrics };
        _reflector = new Reflector<Pod>(context.Api, Resources.PodsWithClaims, _pods, options, context.Time, context.Loggers.CreateLogger<Reflector<Pod>>());
        _pods.Add(Readings.Pod, Readings.UsesClaims);
        _pods.Changed += PodChanged;
    }

    /// <summary>Told of each claim whose last pod is gone or over.</summary>
    public event Action<ObjectKey>? Freed;

    /// <summary>Told once, when pods are known.</summary>
    public event Action? Known;

    /// <summary>Whether pods are not known because they may not be watched. A list that is only slow is waited for.</summary>
    public bool AreHidden => _reflector.IsForbidden;

    /// <summary>Why pods are not known yet, in words; null where nothing is wrong.</summary>
    public string? Trouble => _reflector.Trouble is { } trouble ? $"{trouble.Step}: {trouble.Failure}" : null;

    /// <summary>Begins to watch, if nobody has asked before.</summary>
    public void Watch() => _wanted.TrySetResult();

    public ClaimUse Of(ObjectKey claim)
    {
        if (!_pods.Synced.IsCompleted) return ClaimUse.Unknown;
        lock (_lock) return _users.ContainsKey(claim) ? ClaimUse.Used : ClaimUse.Unused;
    }

    /// <summary>Waits to be asked, and watches from then on until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _wanted.Task.WaitAsync(stop);
        var watching = _reflector.RunAsync(stop);
        await Task.WhenAny(_pods.Synced, watching);
        if (_pods.Synced.IsCompleted) Known?.Invoke();
        await watching;
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
