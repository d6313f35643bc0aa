using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// The reading side of a store. What it returns may be older than the server's state, never half-applied, and must not be
/// changed: the object is shared. Before <see cref="Synced"/> completes it is empty.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
public interface IObjectReader<T> where T : KubeObject
{
    /// <summary>Completes once the first full list is in the store.</summary>
    Task Synced { get; }

    /// <summary>Objects in the store.</summary>
    int Count { get; }

    /// <summary>The object of that key, or null, which does not say that there is none: it may be one that cannot be read.</summary>
    T? Find(ObjectKey key);

    /// <summary>Whether there is an object of that key whose state of today cannot be read, so that <see cref="Find"/> does not show it.</summary>
    bool IsUnreadable(ObjectKey key);

    /// <summary>
    /// Whether some object satisfies a condition, also one whose state of today cannot be read, by what was known of it; null where none does and
    /// there is an object of which nothing is known. A scan, under the lock: not for a hot path, and the condition has to be quick.
    /// </summary>
    bool? AnyKnown(Func<T, bool> condition);

    /// <summary>All objects at one moment, in no order. Copies the references: not for a hot path.</summary>
    IReadOnlyList<T> Snapshot();
}
