using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>What a <see cref="Watcher{T}"/> says.</summary>
public enum WatchEventKind
{
    /// <summary>A full list begins: what follows replaces everything known.</summary>
    ListStarted,

    /// <summary>An object of the full list.</summary>
    Listed,

    /// <summary>The full list is complete, as of <see cref="WatchEvent{T}.Version"/>.</summary>
    ListCompleted,

    /// <summary>An object was created or changed.</summary>
    Applied,

    /// <summary>An object is gone; the event carries its last state.</summary>
    Deleted,

    /// <summary>An object of the full list, or one that was created or changed, cannot be read; see <see cref="Watcher{T}"/>.</summary>
    Unreadable,

    /// <summary>An object is gone whose last state cannot be read.</summary>
    DeletedUnreadable,

    /// <summary>Nothing changed up to <see cref="WatchEvent{T}.Version"/>.</summary>
    Progressed,

    /// <summary>A step failed and will be tried again; nothing known becomes untrue by it.</summary>
    Failed,
}

/// <summary>One event of a watched resource. A value: a watch of thousands of changes allocates nothing but the objects.</summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
/// <param name="Kind">What happened.</param>
/// <param name="Object">The object, for listed, applied and deleted; for unreadable what can be read of it, if its name can.</param>
/// <param name="Version">Version reached, for completed and progressed.</param>
/// <param name="Failure">The failed step, for failed.</param>
/// <param name="Unreadable">Which object it is, for the two kinds of unreadable ones.</param>
public readonly record struct WatchEvent<T>(
    WatchEventKind Kind, T? Object = null, ulong Version = 0, WatchFailure? Failure = null, UnreadableObject? Unreadable = null)
    where T : KubeObject;

/// <summary>A failed step of a watch.</summary>
/// <param name="Step">What was being done, such as <c>list persistentvolumes</c>.</param>
/// <param name="Failure">What the other side said.</param>
/// <param name="Delay">When it is tried again.</param>
/// <param name="FallsBack">The step is not tried again: the same list is now asked for in another way, at once.</param>
public sealed record WatchFailure(string Step, ApiFailure Failure, TimeSpan Delay, bool FallsBack = false);
