namespace Sidecars.Hosting.Logging;

/// <summary>
/// klog's text line (common contract 2.2): <c>Lmmdd hh:mm:ss.uuuuuu PPPPPPP Class] "message" key="value"</c>, with the class name in
/// place of file and line.
/// </summary>
internal sealed class KlogTextFormatter(int processId) : IKlogFormatter
{
    private const int ProcessIdWidth = 7;

    public void Write(KlogEntry entry, Utf8Line line)
    {
        Header(entry, line);
        KlogValueText.Quote(entry.Message.AsSpan()[entry.MessageRange], line);
        if (entry.Error is { } error) Pair("err", ErrorText.Of(error), line);
        foreach (var (key, value) in entry) Pair(key, value, line);
        if (entry.Error is { } withStack && entry.WithStack) Pair("stack", withStack.ToString(), line);
        line.Append((byte)'\n');
    }

    private void Header(KlogEntry entry, Utf8Line line)
    {
        const byte zero = (byte)'0';
        var time = entry.Time;
        line.Append(KlogLevel.Letter(entry.Level));
        line.AppendPadded(time.Month, 2, zero);
        line.AppendPadded(time.Day, 2, zero);
        line.Append((byte)' ');
        line.AppendPadded(time.Hour, 2, zero);
        line.Append((byte)':');
        line.AppendPadded(time.Minute, 2, zero);
        line.Append((byte)':');
        line.AppendPadded(time.Second, 2, zero);
        line.Append((byte)'.');
        line.AppendPadded((int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond), 6, zero);
        line.Append((byte)' ');
        line.AppendPadded(processId, ProcessIdWidth, (byte)' ');
        line.Append((byte)' ');
        line.Append(entry.Category.Class);
        line.Append("] "u8);
    }

    private static void Pair(string key, object? value, Utf8Line line)
    {
        line.Append((byte)' ');
        line.Append(key);
        line.Append((byte)'=');
        KlogValueText.Write(value, line);
    }
}
