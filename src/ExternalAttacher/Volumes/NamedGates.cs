namespace Sidecars.ExternalAttacher.Volumes;

/// <summary>
/// One gate for each name: whoever is inside keeps all others of the same name out, and nobody of another name. A gate exists only
/// while somebody is at it.
/// </summary>
internal sealed class NamedGates
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <summary>Gates somebody is at.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _gates.Count;
        }
    }

    /// <summary>Waits to be let in; what comes back is disposed of to leave.</summary>
    public async ValueTask<IDisposable> Enter(string name, CancellationToken stop)
    {
        Gate? gate;
        lock (_lock)
        {
            if (!_gates.TryGetValue(name, out gate)) _gates[name] = gate = new Gate(this, name);
            gate.Users++;
        }
        try
        {
            await gate.Turn.WaitAsync(stop);
            return gate;
        }
        catch (OperationCanceledException)
        {
            Leave(gate);
            throw;
        }
    }

    private void Leave(Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users > 0) return;
            _gates.Remove(gate.Name);
        }
        gate.Turn.Dispose();
    }

    private sealed class Gate(NamedGates gates, string name) : IDisposable
    {
        public string Name => name;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }

        public void Dispose()
        {
            Turn.Release();
            gates.Leave(this);
        }
    }
}
