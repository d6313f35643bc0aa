using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// One line before it is formatted: the header's facts, the constant message, and the pairs in the order they were added, scopes
/// first. Of two pairs with the same key only the later one is kept.
/// </summary>
internal sealed class KlogEntry
{
    [ThreadStatic]
    private static KlogEntry? _cached;

    private readonly List<KeyValuePair<string, object?>> _pairs = [];

    public LogLevel Level { get; private set; }

    public DateTimeOffset Time { get; private set; }

    /// <summary>The category's class name, and the part before it that JSON prints as a directory.</summary>
    public KlogCategory Category { get; private set; } = KlogCategory.None;

    public string Message { get; set; } = "";

    /// <summary>How much of <see cref="Message"/> is printed: a template's keys are not part of it.</summary>
    public Range MessageRange { get; set; }

    public Exception? Error { get; private set; }

    /// <summary>Whether the stack of <see cref="Error"/> is printed.</summary>
    public bool WithStack { get; private set; }

    public static KlogEntry Rent(LogLevel level, DateTimeOffset time, KlogCategory category, Exception? error, bool withStack)
    {
        var entry = _cached ?? new KlogEntry();
        _cached = null;
        entry.Level = level;
        entry.Time = time;
        entry.Category = category;
        entry.Error = error;
        entry.WithStack = withStack;
        return entry;
    }

    public void Return()
    {
        // Nothing the line referred to may be kept alive by the thread.
        _pairs.Clear();
        Error = null;
        Message = "";
        _cached = this;
    }

    public void Add(KeyValuePair<string, object?> pair)
    {
        for (var i = 0; i < _pairs.Count; i++)
        {
            if (_pairs[i].Key != pair.Key) continue;
            _pairs.RemoveAt(i);
            break;
        }
        _pairs.Add(pair);
    }

    public List<KeyValuePair<string, object?>>.Enumerator GetEnumerator() => _pairs.GetEnumerator();
}
