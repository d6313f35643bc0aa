using System.Buffers.Binary;
using Grpc.Core;
using Sidecars.NodeDriverRegistrar.Http2;

namespace Sidecars.NodeDriverRegistrar.Grpc;

/// <summary>The body of a unary call: one message behind its length. What cannot be right any more is answered without waiting for the rest.</summary>
internal sealed class GrpcRequest(RequestHead head, GrpcMethod method) : IRequest
{
    /// <summary>
    /// Octets of a message. The only one that varies carries the kubelet's words about a failure; this is many times what any of them had, and
    /// a hundred calls at once stay within a small container's memory.
    /// </summary>
    internal const int LargestMessage = 64 * 1024;

    private const byte Compressed = 1;

    private byte[] _body = [];
    private int _received;

    public Http2Response? Append(ReadOnlySpan<byte> part)
    {
        var before = _received;
        if (Room(part.Length) is { } tooMuch) return tooMuch;
        part.CopyTo(_body.AsSpan(before));
        _received += part.Length;
        if (_received > 0 && _body[0] == Compressed) return Fail(StatusCode.Unimplemented, "the message is compressed, send it as it is (identity)");
        if (_received > 0 && _body[0] > Compressed) return Fail(StatusCode.Internal, $"the message begins with the unknown flags {_body[0]}");
        if (_received < GrpcResponse.PrefixSize) return null;
        if (Length > LargestMessage) return TooLarge(Length);
        return _received - GrpcResponse.PrefixSize > Length ? Fail(StatusCode.Internal, "more than one message came for a unary call") : null;
    }

    public Http2Response End()
    {
        if (_received < GrpcResponse.PrefixSize || _received - GrpcResponse.PrefixSize < Length)
            return Fail(StatusCode.Internal, "the call ended before its message was complete");
        return GrpcResponse.Of(method(head, _body.AsSpan(GrpcResponse.PrefixSize, (int)Length)));
    }

    private uint Length => BinaryPrimitives.ReadUInt32BigEndian(_body.AsSpan(1));

    private Http2Response? Room(int more)
    {
        var needed = _received + more;
        // One octet beyond the largest message tells that there is more than one.
        if (needed > GrpcResponse.PrefixSize + LargestMessage + Http2Limits.FrameSize) return TooLarge((uint)needed);
        if (needed > _body.Length) Array.Resize(ref _body, Math.Max(needed, _body.Length * 2));
        return null;
    }

    private static Http2Response TooLarge(uint length) =>
        Fail(StatusCode.ResourceExhausted, $"the message has {length} octets, at most {LargestMessage} are accepted");

    private static Http2Response Fail(StatusCode code, string reason) => GrpcResponse.Of(GrpcReply.Fail(code, reason));
}
