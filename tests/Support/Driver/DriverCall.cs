using System.Text.Json.Nodes;
using Grpc.Core;

namespace Sidecars.Tests.Support;

/// <summary>
/// A call a scripted driver received: the method's short name, the request as protobuf JSON with proto field names (secrets in clear, so that
/// tests can see them), and the code the script answers with, whether or not the caller still waited for it.
/// </summary>
public sealed record DriverCall(string Method, JsonObject Request, StatusCode Code);
