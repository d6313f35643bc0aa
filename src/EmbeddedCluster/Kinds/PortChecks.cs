using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Checks of ports and of values that are a number or a text, which several kinds share.</summary>
internal static class PortChecks
{
    private const int LargestPort = 65535;
    private const string OutOfRange = "must be between 1 and 65535, inclusive";

    public static void CheckNumber(JsonNode? port, string path, FieldErrors errors)
    {
        if ((port is null ? null : JsonReading.AsInteger(port)) is not (>= 1 and <= LargestPort)) errors.Invalid(path, port ?? 0, OutOfRange);
    }

    /// <summary>A port by number or by name.</summary>
    public static void Check(JsonNode? port, string path, FieldErrors errors)
    {
        if (JsonReading.AsText(port) is not { } name) CheckNumber(port, path, errors);
        else if (Names.CheckPortName(name) is { } wrong) errors.Invalid(path, name, wrong);
    }

    public static void CheckProtocol(string? protocol, string path, FieldErrors errors)
    {
        if (protocol is not ("TCP" or "UDP" or "SCTP")) errors.NotSupported(path, protocol ?? "", "SCTP", "TCP", "UDP");
    }
}
