using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>What a line of an audit log says of a request that is over.</summary>
internal sealed record AuditEntry(string User, string UserAgent, string Verb, string Resource, int Code)
{
    private const int FirstRefusal = 400;

    public bool IsRefused => Code >= FirstRefusal;

    /// <summary>The entry of a line; null where it is about a stage of a request before its end, or is no whole line of a log.</summary>
    public static AuditEntry? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.Text("stage") != "ResponseComplete") return null;
            var subresource = root.Text("objectRef", "subresource") is { Length: > 0 } part ? "/" + part : "";
            var code = root.TryGetProperty("responseStatus", out var status) && status.TryGetProperty("code", out var number) ? number.GetInt32() : 0;
            return new AuditEntry(
                root.Text("user", "username") ?? "", root.Text("userAgent") ?? "", root.Text("verb") ?? "", root.Text("objectRef", "resource") + subresource, code);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
