namespace Sidecars.Hosting.Http2;

/// <summary>What the peer did that a stream, or the connection, cannot go on after; the reason is told to the peer and to the log.</summary>
internal sealed record Http2Error(Http2ErrorCode Code, string Reason)
{
    public static Http2Error Protocol(string reason) => new(Http2ErrorCode.Protocol, reason);

    public static Http2Error FrameSize(FrameHeader frame) =>
        new(Http2ErrorCode.FrameSize, $"a frame of type {frame.Type} has {frame.Length} octets, which is not a length it can have");
}
