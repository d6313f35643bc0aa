namespace Sidecars.Hosting.Logging;

/// <summary>
/// The JSON line (common contract 2.3): <c>ts</c> in milliseconds with a fraction, <c>caller</c>, <c>msg</c>, <c>v</c> on info lines,
/// then the pairs in the order they were added; an error comes as <c>err</c> after the message.
/// </summary>
internal sealed class KlogJsonFormatter : IKlogFormatter
{
    public void Write(KlogEntry entry, Utf8Line line)
    {
        line.Append("{\"ts\":"u8);
        KlogJson.WriteNumber((entry.Time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (decimal)TimeSpan.TicksPerMillisecond, line);
        line.Append(",\"caller\":"u8);
        KlogJson.String(entry.Category.Folder.Length > 0 ? $"{entry.Category.Folder}/{entry.Category.Class}" : entry.Category.Class, line);
        line.Append(",\"msg\":"u8);
        KlogJson.String(entry.Message.AsSpan()[entry.MessageRange], line);
        if (KlogLevel.Verbosity(entry.Level) is { } verbosity)
        {
            line.Append(",\"v\":"u8);
            KlogJson.WriteNumber(verbosity, line);
        }
        if (entry.Error is { } error) Pair("err", ErrorText.Of(error), line);
        foreach (var (key, value) in entry) Pair(key, value, line);
        if (entry.Error is { } withStack && entry.WithStack) Pair("stack", withStack.ToString(), line);
        line.Append("}\n"u8);
    }

    private static void Pair(string key, object? value, Utf8Line line)
    {
        line.Append((byte)',');
        KlogJson.String(key, line);
        line.Append((byte)':');
        KlogJson.Write(value, line);
    }
}
