namespace Sidecars.Tests.Support;

/// <summary>Lines in the order in which they came, which can be waited for.</summary>
internal sealed class OutputLines
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Condition, TaskCompletionSource<string> Found)> _waiting = [];

    internal IReadOnlyList<string> Snapshot()
    {
        lock (_lock) return [.. _lines];
    }

    /// <summary>Takes a line; the end of the stream, null, fails whoever still waits.</summary>
    internal void Add(string? line)
    {
        lock (_lock)
        {
            if (line is not null) _lines.Add(line);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                var (condition, found) = _waiting[i];
                if (line is null) found.TrySetException(new EndOfStreamException("the program ended without the line; it wrote: " + string.Join('\n', _lines)));
                else if (condition(line)) found.TrySetResult(line);
                else continue;
                _waiting.RemoveAt(i);
            }
        }
    }

    internal Task<string> WaitFor(Func<string, bool> condition)
    {
        lock (_lock)
        {
            if (_lines.FirstOrDefault(condition) is { } line) return Task.FromResult(line);
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((condition, found));
            return found.Task;
        }
    }
}
