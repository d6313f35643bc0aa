namespace Sidecars.Tests.Support;

/// <summary>Lines in the order in which they came, which can be waited for; after the end of the stream nobody waits for more.</summary>
internal sealed class OutputLines
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Condition, TaskCompletionSource<string> Found)> _waiting = [];
    private bool _ended;

    internal IReadOnlyList<string> Snapshot()
    {
        lock (_lock) return [.. _lines];
    }

    /// <summary>Takes a line; the end of the stream, null, fails whoever still waits.</summary>
    internal void Add(string? line)
    {
        lock (_lock)
        {
            if (line is null) _ended = true;
            else _lines.Add(line);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                var (condition, found) = _waiting[i];
                if (line is null) found.TrySetException(NeverCame());
                else if (condition(line)) found.TrySetResult(line);
                else continue;
                _waiting.RemoveAt(i);
            }
        }
    }

    /// <summary>The first line, past or to come, that satisfies the condition; <see cref="EndOfStreamException"/> where the stream ends, or has ended, without it.</summary>
    internal Task<string> WaitFor(Func<string, bool> condition)
    {
        lock (_lock)
        {
            if (_lines.FirstOrDefault(condition) is { } line) return Task.FromResult(line);
            if (_ended) return Task.FromException<string>(NeverCame());
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((condition, found));
            return found.Task;
        }
    }

    private EndOfStreamException NeverCame() => new("the program ended without the line; it wrote: " + string.Join('\n', _lines));
}
