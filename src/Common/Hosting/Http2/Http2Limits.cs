namespace Sidecars.Hosting.Http2;

/// <summary>What one peer can make this side of a connection hold or do. Everything is far above what a few small calls at a time need.</summary>
internal static class Http2Limits
{
    /// <summary>Octets of a frame, without its header: what the standard requires everybody to accept.</summary>
    public const int FrameSize = 16384;

    /// <summary>Calls in flight on one connection that the peer began.</summary>
    public const int Streams = 100;

    /// <summary>Octets of the header fields of a request, as the standard counts them.</summary>
    public const int RequestFields = 16 * 1024;

    /// <summary>
    /// Octets of the header fields of an answer: the words of an error travel in one, and each octet of them may take three. As generous as gRPC
    /// for Go; what is held of them is let go of with the call.
    /// </summary>
    public const int AnswerFields = 16 * 1024 * 1024;

    /// <summary>Octets that may be sent ahead on one stream, and on the connection (RFC 9113 6.9.2): the values without an agreement.</summary>
    public const int Window = 65535;

    /// <summary>Calls that may be broken off beyond those that come to their end, before the peer is taken for an attacker.</summary>
    public const int AbortedCalls = 100;
}
