using Google.Protobuf;
using Grpc.Core;
using Sidecars.NodeDriverRegistrar.Http2;

namespace Sidecars.NodeDriverRegistrar.Grpc;

/// <summary>Makes methods out of functions over messages.</summary>
internal static class GrpcMethods
{
    /// <summary>A message that cannot be read is answered with Internal, as gRPC for Go does.</summary>
    public static GrpcMethod Unary<TRequest>(MessageParser<TRequest> parser, Func<RequestHead, TRequest, IMessage> answer) where TRequest : IMessage<TRequest> =>
        (head, message) =>
        {
            TRequest request;
            try
            {
                request = parser.ParseFrom(message);
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
            {
                // The second is what the library has for some octets that are cut off.
                return GrpcReply.Fail(StatusCode.Internal, $"the request is no {typeof(TRequest).Name}: {e.Message}");
            }
            return GrpcReply.Ok(answer(head, request).ToByteArray());
        };
}
