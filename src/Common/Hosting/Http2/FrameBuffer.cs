namespace Sidecars.Hosting.Http2;

/// <summary>
/// What was received and not yet used. Small, because most connections carry a few hundred octets; it grows to the size of the largest legal
/// frame and no further. Whoever reads takes complete frames out before more is received.
/// </summary>
internal sealed class FrameBuffer
{
    private const int FirstSize = 512;

    /// <summary>A whole frame and the beginning of the next.</summary>
    private const int LargestSize = 2 * FrameHeader.Size + Http2Limits.FrameSize;

    private byte[] _octets = new byte[FirstSize];
    private int _start;
    private int _end;

    /// <summary>Where to receive to; never empty.</summary>
    public Memory<byte> Space
    {
        get
        {
            if (_end == _octets.Length) MakeRoom();
            return _octets.AsMemory(_end);
        }
    }

    public ReadOnlySpan<byte> Unused => _octets.AsSpan(_start, _end - _start);

    public void Received(int count) => _end += count;

    public void Use(int count)
    {
        _start += count;
        if (_start == _end) _start = _end = 0;
    }

    private void MakeRoom()
    {
        var larger = _start > 0 ? _octets : new byte[Math.Min(_octets.Length * 2, LargestSize)];
        _octets.AsSpan(_start, _end - _start).CopyTo(larger);
        (_octets, _start, _end) = (larger, 0, _end - _start);
    }
}
