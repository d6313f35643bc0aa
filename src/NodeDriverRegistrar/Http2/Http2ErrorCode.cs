namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>Why a stream or a connection ends (RFC 9113 7), as far as this server says it.</summary>
internal enum Http2ErrorCode : uint
{
    NoError = 0,
    ProtocolError = 1,
    FlowControlError = 3,
    StreamClosed = 5,
    FrameSizeError = 6,
    RefusedStream = 7,
    CompressionError = 9,
    EnhanceYourCalm = 11,
}
