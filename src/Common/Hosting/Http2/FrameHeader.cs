using System.Buffers.Binary;

namespace Sidecars.Hosting.Http2;

/// <summary>The nine octets before each frame (RFC 9113 4.1).</summary>
internal readonly record struct FrameHeader(int Length, FrameType Type, byte Flags, int Stream)
{
    public const int Size = 9;

    // The highest bit of a stream number is reserved and ignored.
    private const uint StreamMask = 0x7FFFFFFF;

    public static FrameHeader Read(ReadOnlySpan<byte> octets) => new(
        (octets[0] << 16) | (octets[1] << 8) | octets[2],
        (FrameType)octets[3],
        octets[4],
        (int)(BinaryPrimitives.ReadUInt32BigEndian(octets[5..]) & StreamMask));

    public void Write(Span<byte> octets)
    {
        octets[0] = (byte)(Length >> 16);
        octets[1] = (byte)(Length >> 8);
        octets[2] = (byte)Length;
        octets[3] = (byte)Type;
        octets[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(octets[5..], Stream);
    }

    public bool Has(byte flag) => (Flags & flag) != 0;
}
