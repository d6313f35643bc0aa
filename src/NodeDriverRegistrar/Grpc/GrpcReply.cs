using Grpc.Core;

namespace Sidecars.NodeDriverRegistrar.Grpc;

/// <summary>What a method answers: a message, or a status with the reason.</summary>
internal sealed record GrpcReply(StatusCode Code, string Reason, byte[] Message)
{
    public static GrpcReply Ok(byte[] message) => new(StatusCode.OK, "", message);

    public static GrpcReply Fail(StatusCode code, string reason) => new(code, reason, []);
}
