using System.Text.Json.Nodes;
using Grpc.Core;

namespace Sidecars.Tests.Support;

/// <summary>
/// What a scripted driver does with one call: wait, then fail or answer. Without anything set the driver gives its default answer.
/// <see cref="Response"/> is the whole message as protobuf JSON with proto field names.
/// </summary>
public sealed record DriverRule
{
    public StatusCode Code { get; init; } = StatusCode.OK;

    /// <summary>The text of a failure; null stands for "scripted" and the name of the code.</summary>
    public string? Message { get; init; }

    public TimeSpan Delay { get; init; }
    public JsonNode? Response { get; init; }

    public static DriverRule Default { get; } = new();
    public static DriverRule Fail(StatusCode code, string? message = null) => new() { Code = code, Message = message };
    public static DriverRule Answer(string json) => new() { Response = JsonNode.Parse(json) };
    public static DriverRule After(TimeSpan delay) => new() { Delay = delay };
}
