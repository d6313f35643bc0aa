using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting.Logging;

/// <summary>The logger of one category: decides by level, gathers message, scopes and pairs, and hands the line to the provider.</summary>
internal sealed class KlogLogger(KlogLoggerProvider provider, KlogCategory category, LogLevel lowest, bool stacks) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => provider.Scopes.Push(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= lowest && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var entry = KlogEntry.Rent(logLevel, provider.LocalNow(), category, exception, stacks || logLevel == LogLevel.Critical);
        provider.Scopes.ForEachScope(static (scope, entry) => AddScope(scope, entry), entry);
        Describe(entry, state, exception, formatter);
        provider.Write(entry);
        entry.Return();
    }

    private static void Describe<TState>(KlogEntry entry, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string? template = null;
        if (state is IReadOnlyList<KeyValuePair<string, object?>> pairs)
        {
            for (var i = 0; i < pairs.Count; i++)
            {
                var pair = pairs[i];
                if (pair.Key == MessageTemplate.OriginalFormat) template = pair.Value as string;
                else entry.Add(pair);
            }
        }
        // Without a template, or without placeholders to cut off, the library's own text is right, escaped braces included.
        var constant = template is null ? Range.All : MessageTemplate.Constant(template);
        entry.Message = template is null || constant.Equals(Range.All) ? formatter(state, exception) : template;
        entry.MessageRange = constant;
    }

    private static void AddScope(object? scope, KlogEntry entry)
    {
        switch (scope)
        {
            case IReadOnlyList<KeyValuePair<string, object?>> pairs:
                for (var i = 0; i < pairs.Count; i++) AddScopePair(pairs[i], entry);
                break;
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                foreach (var pair in pairs) AddScopePair(pair, entry);
                break;
            case not null:
                entry.Add(new("scope", scope.ToString()));
                break;
        }
    }

    private static void AddScopePair(KeyValuePair<string, object?> pair, KlogEntry entry)
    {
        if (pair.Key != MessageTemplate.OriginalFormat) entry.Add(pair);
    }
}
