using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// A write of ours while it is under way, from before it is sent until it is answered. What the watch brings of the object meanwhile is in the store
/// at once, and told only when this ends, because only the answer says which version is ours. Disposal ends it, answered or not; a write of which
/// nobody knows what it did counts as somebody else's.
/// </summary>
/// <typeparam name="T">Kind of the object.</typeparam>
public readonly struct OwnWrite<T> : IDisposable where T : KubeObject, new()
{
    private readonly ObjectStore<T> _store;
    private readonly ObjectKey _key;

    internal OwnWrite(ObjectStore<T> store, ObjectKey key) => (_store, _key) = (store, key);

    /// <summary>The server's answer: shown at once, and known for ours when the watch brings it.</summary>
    public void Answered(T written) => _store.Fold(written, isOwn: true);

    /// <inheritdoc />
    public void Dispose() => _store.EndWrite(_key);
}
