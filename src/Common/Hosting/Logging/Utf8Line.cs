using System.Buffers;
using System.Text;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// A growing UTF-8 buffer for one log line. Each thread keeps one and uses it again, so a line costs no allocation once the buffer has
/// grown; a buffer that became very large is not kept.
/// </summary>
internal sealed class Utf8Line : IBufferWriter<byte>
{
    private const int InitialBytes = 1024;
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static Utf8Line? _cached;

    private byte[] _bytes = new byte[InitialBytes];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public int Length => _length;

    /// <summary>Takes the thread's buffer out of its place, so that a value which logs while it is formatted gets one of its own.</summary>
    public static Utf8Line Rent()
    {
        var line = _cached ?? new Utf8Line();
        _cached = null;
        line._length = 0;
        return line;
    }

    public void Return()
    {
        if (_bytes.Length <= LargestKept) _cached = this;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    public void Append(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    public void Append(ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        utf8.CopyTo(_bytes.AsSpan(_length));
        _length += utf8.Length;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
    }

    /// <summary>A number with leading fill characters up to <paramref name="width"/>.</summary>
    public void AppendPadded(int value, int width, byte fill)
    {
        Span<byte> digits = stackalloc byte[11];
        System.Buffers.Text.Utf8Formatter.TryFormat(value, digits, out var count);
        for (var i = count; i < width; i++) Append(fill);
        Append(digits[..count]);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length < Math.Max(count, 1)) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
    }
}
