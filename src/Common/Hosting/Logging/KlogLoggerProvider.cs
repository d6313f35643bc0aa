using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// Writes log lines in klog's text or JSON format (common contract 2), each with one write to the stream and before the log call
/// returns, so the last line before an exit is never lost and no thread runs in the background. A template such as
/// <c>"Attached volume: {PV} {node}"</c> prints the text before the first placeholder as the constant message and the placeholders as
/// pairs; pairs of scopes come first, of equal keys the later wins. Secrets are the caller's business: whatever is passed is printed.
/// </summary>
public sealed class KlogLoggerProvider : ILoggerProvider, ISupportExternalScope
{
    // From the verbosity on at which every call is traced, an error's stack is worth its lines.
    private const int StacksFrom = 5;

    private readonly KlogOptions _options;
    private readonly TimeProvider _time;
    private readonly Stream _output;
    private readonly IKlogFormatter _formatter;
    private readonly Lock _lock = new();

    /// <summary>A provider that writes to <paramref name="output"/>, or to stderr when that is null. The stream stays open.</summary>
    public KlogLoggerProvider(KlogOptions options, TimeProvider time, Stream? output = null)
    {
        _options = options;
        _time = time;
        _output = output ?? Console.OpenStandardError();
        _formatter = options.Format == KlogFormat.Json ? new KlogJsonFormatter() : new KlogTextFormatter(Environment.ProcessId);
    }

    internal IExternalScopeProvider Scopes { get; private set; } = new LoggerExternalScopeProvider();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
    {
        var category = KlogCategory.Of(categoryName);
        var verbosity = _options.VModule.FirstOrDefault(rule => rule.Matches(category.Class))?.Verbosity ?? _options.Verbosity;
        return new KlogLogger(this, category, KlogLevel.Lowest(verbosity), stacks: verbosity >= StacksFrom);
    }

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    /// <summary>Does nothing: every line is already written, and the stream belongs to whoever opened it.</summary>
    public void Dispose()
    {
    }

    internal DateTimeOffset LocalNow() => _time.GetLocalNow();

    internal void Write(KlogEntry entry)
    {
        var line = Utf8Line.Rent();
        _formatter.Write(entry, line);
        try
        {
            lock (_lock) _output.Write(line.Written);
        }
        catch (IOException)
        {
            // stderr is gone (its reader died): there is no place left to say so, and work must go on.
        }
        line.Return();
    }
}
