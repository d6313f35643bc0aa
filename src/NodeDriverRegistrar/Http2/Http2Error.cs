namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>What a client did that the connection cannot go on after; the reason is told to the client and to the log.</summary>
internal sealed record Http2Error(Http2ErrorCode Code, string Reason)
{
    public static Http2Error Protocol(string reason) => new(Http2ErrorCode.ProtocolError, reason);

    public static Http2Error FrameSize(FrameHeader frame) =>
        new(Http2ErrorCode.FrameSizeError, $"a frame of type {frame.Type} has {frame.Length} octets, which is not a length it can have");
}
