using Microsoft.Extensions.Logging;

namespace Sidecars.Tests.Support;

/// <summary>A logger that keeps what it is given, and lets a test wait for a line. Levels below the minimum are off, as in a program.</summary>
public sealed class RecordingLogger(LogLevel minimum = LogLevel.Trace) : ILogger
{
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];
    private readonly OutputLines _lines = new();

    /// <summary>Called with each text on the thread that logs it, before that thread goes on.</summary>
    public Action<string>? OnLine { get; set; }

    /// <summary>What was logged so far, in order.</summary>
    public IReadOnlyList<LogEntry> Entries
    {
        get { lock (_lock) return [.. _entries]; }
    }

    /// <summary>The texts alone.</summary>
    public IEnumerable<string> Lines => Entries.Select(e => e.Text);

    /// <summary>The first text, past or to come, that satisfies the condition.</summary>
    public Task<string> WaitForLine(Func<string, bool> condition) => _lines.WaitFor(condition).WithinLimit();

    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (!IsEnabled(logLevel)) return;
        var text = formatter(state, exception);
        lock (_lock) _entries.Add(new LogEntry(logLevel, text, exception));
        _lines.Add(text);
        OnLine?.Invoke(text);
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
}
