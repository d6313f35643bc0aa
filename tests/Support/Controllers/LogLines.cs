using System.Text;
using Microsoft.Extensions.Logging;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>Takes the log of a program that runs in this process, line by line, so that a test can wait for one.</summary>
public sealed class LogLines : Stream
{
    private readonly RecordingLogger _lines = new();
    private readonly Lock _lock = new();
    private string _rest = "";

    public IEnumerable<string> All => _lines.Lines;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public Task<string> WaitFor(string text) => _lines.WaitForLine(line => line.Contains(text, StringComparison.Ordinal));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            var lines = (_rest + Encoding.UTF8.GetString(buffer)).Split('\n');
            _rest = lines[^1];
            foreach (var line in lines[..^1]) _lines.Log(LogLevel.Information, default, line, null, (text, _) => text);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
