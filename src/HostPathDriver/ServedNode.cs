using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Sidecars.HostPathDriver;

/// <summary>The node whose socket a connection came in by; a mark on the connection, which every call on it carries.</summary>
internal sealed record ServedNode(string NodeId)
{
    public static string Of(ServerCallContext call) => call.GetHttpContext().Features.GetRequiredFeature<ServedNode>().NodeId;
}
