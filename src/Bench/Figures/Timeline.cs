namespace Sidecars.Bench;

/// <summary>
/// When each piece of work was asked for and when it was seen to be done. What was asked for before the program began counts from its beginning, because
/// nobody could have done it sooner.
/// </summary>
internal sealed class Timeline(int count, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _done = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _allDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _begun;

    /// <summary>Completes when all pieces are done.</summary>
    public Task AllDone => _allDone.Task;

    /// <summary>The time begins: the program is started, or, where it is at rest, the first piece is about to be asked for.</summary>
    public void Begin()
    {
        lock (_gate) _begun = time.GetTimestamp();
    }

    /// <summary>A piece is about to be asked for.</summary>
    public void Ask(string name)
    {
        lock (_gate) _asked[name] = time.GetTimestamp();
    }

    /// <summary>Something is done; what nobody asked for, and what is told again, does not count.</summary>
    public void Done(string name)
    {
        lock (_gate)
        {
            if (!_asked.ContainsKey(name) || !_done.TryAdd(name, time.GetTimestamp())) return;
            if (_done.Count == count) _allDone.TrySetResult();
        }
    }

    /// <summary>What there is by now.</summary>
    public WorkFigures Figures()
    {
        lock (_gate)
        {
            var begun = _begun ?? 0;
            var ends = _done.Values.Select(at => time.GetElapsedTime(begun, at).TotalSeconds).Order().ToList();
            var latencies = _done.Select(done => time.GetElapsedTime(Math.Max(_asked[done.Key], begun), done.Value).TotalSeconds).Order().ToList();
            return WorkFigures.Of(count, ends, latencies);
        }
    }
}
