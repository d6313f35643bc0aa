namespace Sidecars.Hosting.Http2;

/// <summary>One exchange was broken off; the connection may live on.</summary>
public sealed class Http2ResetException(Http2ErrorCode code, string reason) : IOException($"{reason} ({code})")
{
    /// <summary>The code it was broken off with.</summary>
    public Http2ErrorCode Code { get; } = code;
}
