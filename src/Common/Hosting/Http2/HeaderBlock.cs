using System.Buffers;

namespace Sidecars.Hosting.Http2;

/// <summary>A header block that arrives in several frames, between which no other frame may come (RFC 9113 6.10).</summary>
/// <param name="stream">Stream it is for.</param>
/// <param name="isEnd">Whether nothing follows it on the stream.</param>
/// <param name="fieldsLimit">Octets that its fields may have.</param>
internal sealed class HeaderBlock(int stream, bool isEnd, int fieldsLimit)
{
    /// <summary>Frames that a block of no length may have: each may be empty, so their number has a limit too.</summary>
    internal const int LeastFrames = 16;

    /// <summary>Octets that a peer which tears a block into many frames sends in each at least.</summary>
    private const int LeastFrameSize = 4096;

    private readonly ArrayBufferWriter<byte> _octets = new();
    private int _frames;

    public int Stream => stream;

    public bool IsEnd => isEnd;

    public ReadOnlySpan<byte> Octets => _octets.WrittenSpan;

    /// <summary>Takes a part; false where the block becomes larger than any block with fields within the limit.</summary>
    public bool TryAdd(ReadOnlySpan<byte> part)
    {
        var longest = 2 * fieldsLimit;
        if (++_frames > LeastFrames + longest / LeastFrameSize || _octets.WrittenCount + part.Length > longest) return false;
        _octets.Write(part);
        return true;
    }
}
