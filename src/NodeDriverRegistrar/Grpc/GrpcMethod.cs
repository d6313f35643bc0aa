using Sidecars.NodeDriverRegistrar.Http2;

namespace Sidecars.NodeDriverRegistrar.Grpc;

/// <summary>A unary method: takes the head and the message of a call and answers at once. Called from several threads.</summary>
internal delegate GrpcReply GrpcMethod(RequestHead head, ReadOnlySpan<byte> message);
