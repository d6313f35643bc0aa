using Grpc.Core;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>The refusals of a driver, one for each meaning the protocol gives a status code (wire contract 8.2 and 8.3).</summary>
internal static class Refuse
{
    public static RpcException InvalidArgument(string why) => Make(StatusCode.InvalidArgument, why);

    public static RpcException NoSuchVolume(string id) =>
        Make(StatusCode.NotFound, $"Volume {id} does not exist.");

    public static RpcException NotFound(string what) => Make(StatusCode.NotFound, what);

    public static RpcException AlreadyExists(string why) => Make(StatusCode.AlreadyExists, why);

    public static RpcException OutOfRange(string why) => Make(StatusCode.OutOfRange, why);

    public static RpcException ResourceExhausted(string why) => Make(StatusCode.ResourceExhausted, why);

    public static RpcException FailedPrecondition(string why) => Make(StatusCode.FailedPrecondition, why);

    public static RpcException BadToken(string token) =>
        Make(StatusCode.Aborted, $"The starting_token \"{token}\" is not one this driver gave out; begin again without a token.");

    public static RpcException Busy(string what) =>
        Make(StatusCode.Aborted, $"Another operation on {what} is under way; repeat the call later.");

    private static RpcException Make(StatusCode code, string why) => new(new Status(code, why));
}
