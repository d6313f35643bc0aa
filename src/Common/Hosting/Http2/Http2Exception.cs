namespace Sidecars.Hosting.Http2;

/// <summary>The peer did what ends the whole connection; the message says what, for the log and for its GOAWAY.</summary>
public sealed class Http2Exception(Http2ErrorCode code, string message) : Exception(message)
{
    /// <summary>What the GOAWAY says.</summary>
    public Http2ErrorCode Code { get; } = code;
}
