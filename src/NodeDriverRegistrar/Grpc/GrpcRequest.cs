using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;
using Sidecars.NodeDriverRegistrar.Http2;

namespace Sidecars.NodeDriverRegistrar.Grpc;

/// <summary>The body of a unary call: one message behind its length. What cannot be right any more is answered without waiting for the rest.</summary>
internal sealed class GrpcRequest(RequestHead head, GrpcMethod method) : IRequest
{
    /// <summary>
    /// Octets of a message, as many as gRPC takes unless it is told otherwise: the kubelet's words about a failure may quote a whole log, and
    /// must be taken for what they are.
    /// </summary>
    internal const int LargestMessage = 4 * 1024 * 1024;

    private const byte Compressed = 1;

    private readonly ArrayBufferWriter<byte> _body = new();

    private uint Length => BinaryPrimitives.ReadUInt32BigEndian(_body.WrittenSpan[1..]);

    private int Received => _body.WrittenCount - GrpcResponse.PrefixSize;

    public Http2Response? Append(ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty) return null;
        _body.Write(part); // a frame at most beyond the message, because more than the message is answered below
        if (_body.WrittenSpan[0] == Compressed) return Fail(StatusCode.Unimplemented, "the message is compressed, send it as it is (identity)");
        if (_body.WrittenSpan[0] > Compressed) return Fail(StatusCode.Internal, $"the message begins with the unknown flags {_body.WrittenSpan[0]}");
        if (Received < 0) return null;
        if (Length > LargestMessage) return Fail(StatusCode.ResourceExhausted, $"the message has {Length} octets, at most {LargestMessage} are accepted");
        return Received > Length ? Fail(StatusCode.Internal, "more than one message came for a unary call") : null;
    }

    public Http2Response End() => Received < 0 || Received < Length
        ? Fail(StatusCode.Internal, "the call ended before its message was complete")
        : GrpcResponse.Of(method(head, _body.WrittenSpan[GrpcResponse.PrefixSize..]));

    private static Http2Response Fail(StatusCode code, string reason) => GrpcResponse.Of(GrpcReply.Fail(code, reason));
}
