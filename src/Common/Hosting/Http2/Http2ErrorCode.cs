namespace Sidecars.Hosting.Http2;

/// <summary>Why a stream or a connection ends, by the numbers of RFC 9113 section 7.</summary>
public enum Http2ErrorCode
{
    /// <summary>In order.</summary>
    None = 0,

    /// <summary>The peer broke a rule of the protocol.</summary>
    Protocol = 1,

    /// <summary>Our own fault.</summary>
    Internal = 2,

    /// <summary>More was sent than credit was given for.</summary>
    FlowControl = 3,

    /// <summary>A frame for a stream that is over.</summary>
    StreamClosed = 5,

    /// <summary>A frame of a length that its type does not allow.</summary>
    FrameSize = 6,

    /// <summary>Not begun; may be asked again.</summary>
    RefusedStream = 7,

    /// <summary>Not wanted any more.</summary>
    Cancel = 8,

    /// <summary>The header block cannot be decoded; the connection's state is lost.</summary>
    Compression = 9,

    /// <summary>Too much of something.</summary>
    EnhanceYourCalm = 11,
}
