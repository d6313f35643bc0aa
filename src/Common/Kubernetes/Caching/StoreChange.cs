using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>What one event did to a store: <c>Old</c> is null for a new object, <c>New</c> for a vanished one.</summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
/// <param name="Old">
/// The object as it was told of last, whatever the store has shown since, or as the deletion reported it. One that could not be read comes back as a new one.
/// </param>
/// <param name="New">The object as it is now.</param>
public readonly record struct StoreChange<T>(T? Old, T? New) where T : KubeObject
{
    /// <summary>
    /// Whether it is a write of this process and nothing else (see <see cref="ObjectStore{T}.BeginWrite"/>). Another sidecar may have made it, and a patch
    /// that changed nothing is answered with somebody's version: so only what nobody else in the cluster writes may be passed over for it.
    /// </summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether the store showed this very state before the watch brought it: an answer to a read or write of this process had it first.</summary>
    public bool IsShown { get; init; }
}
