using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What the server said.</summary>
internal sealed record ApiAnswer(int Code, JsonNode Body, IReadOnlyList<string> Warnings, double? RetryAfter)
{
    public string Reason => (string?)Body["reason"] ?? "";

    public string Message => (string?)Body["message"] ?? "";

    public string Version => (string?)Body["metadata"]?["resourceVersion"] ?? "";

    public JsonArray Items => Body["items"]!.AsArray();

    public IEnumerable<string> Names => Items.Select(item => (string)item!["metadata"]!["name"]!);

    public override string ToString() => $"{Code} {Body.ToJsonString()}";
}
