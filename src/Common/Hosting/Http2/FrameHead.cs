using System.Buffers.Binary;

namespace Sidecars.Hosting.Http2;

/// <summary>The nine octets before each frame's payload (RFC 9113 section 4.1).</summary>
internal readonly record struct FrameHead(int Length, FrameType Type, FrameFlags Flags, int Stream)
{
    public const int Size = 9;

    /// <summary>The longest payload anybody may send who was not told otherwise; we tell nobody.</summary>
    public const int LongestPayload = 16384;

    private const int HighestStream = 0x7FFFFFFF;

    public bool Has(FrameFlags flag) => (Flags & flag) != 0;

    public static FrameHead Read(ReadOnlySpan<byte> from) => new(
        (from[0] << 16) | (from[1] << 8) | from[2], (FrameType)from[3], (FrameFlags)from[4], BinaryPrimitives.ReadInt32BigEndian(from[5..]) & HighestStream);

    public void Write(Span<byte> to)
    {
        to[0] = (byte)(Length >> 16);
        to[1] = (byte)(Length >> 8);
        to[2] = (byte)Length;
        to[3] = (byte)Type;
        to[4] = (byte)Flags;
        BinaryPrimitives.WriteInt32BigEndian(to[5..], Stream);
    }
}
