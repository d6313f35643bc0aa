namespace Sidecars.Hosting.Http2;

/// <summary>One exchange was broken off, by the peer, by us, or with the connection; the message says why.</summary>
public sealed class Http2ResetException(Http2ErrorCode code, string reason) : IOException(reason)
{
    /// <summary>The code it was broken off with.</summary>
    public Http2ErrorCode Code { get; } = code;
}
