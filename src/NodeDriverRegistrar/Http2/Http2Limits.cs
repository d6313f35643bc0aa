namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>
/// What one client can make this server hold or do. Everything is far above what the kubelet needs, which sends two small calls at a time.
/// </summary>
internal static class Http2Limits
{
    /// <summary>Octets of a frame, without its header: what the standard requires everybody to accept.</summary>
    public const int FrameSize = 16384;

    /// <summary>Calls in flight on one connection.</summary>
    public const int Streams = 100;

    /// <summary>Octets of the header fields of one request, as the standard counts them.</summary>
    public const int HeaderList = 16384;

    /// <summary>Octets of a header block in all its frames; more cannot be a list within the limit.</summary>
    public const int HeaderBlock = 2 * HeaderList;

    /// <summary>Frames of one header block; each may be empty, so their number has a limit too.</summary>
    public const int HeaderFrames = 16;

    /// <summary>Octets a client may send ahead on one stream, and on the connection (RFC 9113 6.9.2): the values without an agreement.</summary>
    public const int Window = 65535;

    /// <summary>Calls a client may cancel or get refused, beyond those it lets finish, before it is taken for an attack.</summary>
    public const int AbortedCalls = 100;
}
