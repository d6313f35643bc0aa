namespace Sidecars.HostPathDriver.Storage;

/// <summary>
/// At most one changing operation at a time on a volume or a snapshot; any number may read it (as the source of copies) meanwhile.
/// Nobody waits: who comes second is told so and repeats later, as the protocol asks (wire contract 8.1).
/// </summary>
internal sealed class OperationLocks
{
    private const int Exclusive = -1;
    private readonly Dictionary<string, int> _holders = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The right to change the thing, or null while anybody holds it.</summary>
    public IDisposable? TryChange(string key)
    {
        lock (_gate) return _holders.TryAdd(key, Exclusive) ? new Holder(this, key) : null;
    }

    /// <summary>The right to read the thing undisturbed, or null while somebody changes it.</summary>
    public IDisposable? TryRead(string key)
    {
        lock (_gate)
        {
            var readers = _holders.GetValueOrDefault(key);
            if (readers == Exclusive) return null;
            _holders[key] = readers + 1;
            return new Holder(this, key);
        }
    }

    private void Release(string key)
    {
        lock (_gate)
        {
            var left = _holders[key] - 1;
            if (left > 0) _holders[key] = left;
            else _holders.Remove(key);
        }
    }

    private sealed class Holder(OperationLocks locks, string key) : IDisposable
    {
        private OperationLocks? _locks = locks;

        public void Dispose() => Interlocked.Exchange(ref _locks, null)?.Release(key);
    }
}
