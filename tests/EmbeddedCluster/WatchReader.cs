using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>Reads a watch line by line.</summary>
internal sealed class WatchReader(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    public int Code => (int)response.StatusCode;

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<JsonNode?> Next()
    {
        var line = await lines.ReadLineAsync().WaitAsync(TestLimits.Wait);
        return line is null ? null : JsonNode.Parse(line);
    }

    /// <summary>The next event as "TYPE name".</summary>
    public async Task<string> NextName() =>
        await Next() is { } change ? $"{change["type"]} {change["object"]?["metadata"]?["name"]}".TrimEnd() : "END";

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
