using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Control;

/// <summary>Lets one at a time work on each object, those that come meanwhile wait for their turn. Of objects that nobody works on nothing is kept.</summary>
public sealed class KeyedLock
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Gate> _gates = [];

    /// <summary>Does the work when nobody else works on that object any more.</summary>
    public async Task<T> Run<T>(ObjectKey key, Func<Task<T>> work, CancellationToken stop)
    {
        var gate = Enter(key);
        try
        {
            await gate.Turn.WaitAsync(stop);
            try
            {
                return await work();
            }
            finally
            {
                gate.Turn.Release();
            }
        }
        finally
        {
            Leave(key, gate);
        }
    }

    private Gate Enter(ObjectKey key)
    {
        lock (_lock)
        {
            if (!_gates.TryGetValue(key, out var gate)) _gates[key] = gate = new Gate();
            gate.Users++;
            return gate;
        }
    }

    private void Leave(ObjectKey key, Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users > 0) return;
            _gates.Remove(key);
        }
        gate.Turn.Dispose();
    }

    private sealed class Gate
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }
}
