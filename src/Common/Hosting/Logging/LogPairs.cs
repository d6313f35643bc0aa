using System.Collections;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// Key/value pairs for <c>ILogger.BeginScope</c>: every line written inside the scope carries them before its own pairs. The values
/// are formatted only when a line is really written.
/// </summary>
public sealed class LogPairs : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly KeyValuePair<string, object?>[] _pairs;

    private LogPairs(KeyValuePair<string, object?>[] pairs) => _pairs = pairs;

    /// <inheritdoc/>
    public int Count => _pairs.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => _pairs[index];

    /// <summary>One pair, which is the usual case: the key of the item being worked on.</summary>
    public static LogPairs Of(string key, object? value) => new([new(key, value)]);

    /// <summary>Several pairs, printed in the given order.</summary>
    public static LogPairs Of(params ReadOnlySpan<KeyValuePair<string, object?>> pairs) => new(pairs.ToArray());

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, object?>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
