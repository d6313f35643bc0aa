using System.Buffers;

namespace Sidecars.Hosting.Http2;

/// <summary>A header block that arrives in several frames, between which no other frame may come (RFC 9113 6.10).</summary>
internal sealed class HeaderBlock(int stream, bool endsStream)
{
    private readonly ArrayBufferWriter<byte> _octets = new();
    private int _frames;

    public int Stream => stream;

    public bool EndsStream => endsStream;

    public ReadOnlySpan<byte> Octets => _octets.WrittenSpan;

    /// <summary>Takes a part; false where the block becomes larger than any block with a header list within the limit.</summary>
    public bool TryAdd(ReadOnlySpan<byte> part)
    {
        if (++_frames > Http2Limits.HeaderFrames || _octets.WrittenCount + part.Length > Http2Limits.HeaderBlock) return false;
        _octets.Write(part);
        return true;
    }
}
