using Grpc.Core;
using Sidecars.NodeDriverRegistrar.Http2;

namespace Sidecars.NodeDriverRegistrar.Grpc;

/// <summary>Finds the method of a call by its path, <c>/package.Service/Method</c>, and refuses what is no gRPC call.</summary>
internal sealed class GrpcTarget(IReadOnlyDictionary<string, GrpcMethod> methods) : IRequestTarget
{
    public const string ContentType = "application/grpc";

    public Http2Response? Begin(RequestHead head, out IRequest? request)
    {
        request = null;
        if (head.Method != "POST") return GrpcResponse.Refusal("405", $"the method is {head.Method}, gRPC calls are POST");
        if (!IsGrpc(head.Find("content-type"))) return GrpcResponse.Refusal("415", $"the content type is not {ContentType}");
        if (!methods.TryGetValue(head.Path, out var method))
            return GrpcResponse.Of(GrpcReply.Fail(StatusCode.Unimplemented, $"there is no method {head.Path} on this socket"));
        request = new GrpcRequest(head, method);
        return null;
    }

    private static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(ContentType, StringComparison.Ordinal) &&
        (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');
}
