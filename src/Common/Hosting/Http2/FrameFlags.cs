namespace Sidecars.Hosting.Http2;

/// <summary>The flags of frames; one bit means different things in different frames.</summary>
internal static class FrameFlags
{
    public const byte None = 0;

    /// <summary>DATA and HEADERS: the sender has nothing more to say on this stream.</summary>
    public const byte EndStream = 0x1;

    /// <summary>SETTINGS and PING: an answer.</summary>
    public const byte Ack = 0x1;

    /// <summary>HEADERS and CONTINUATION: the header block ends here.</summary>
    public const byte EndHeaders = 0x4;

    /// <summary>DATA and HEADERS: padding follows, its length stands in front.</summary>
    public const byte Padded = 0x8;

    /// <summary>HEADERS: a priority stands in front.</summary>
    public const byte Priority = 0x20;
}
