using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>A store without a server, with the default namespace.</summary>
internal static class TestStorage
{
    public static Storage Create(ClusterOptions? options = null)
    {
        var storage = new Storage(options ?? new ClusterOptions());
        _ = storage.Create("namespaces", Json("""{"metadata":{"name":"default"}}""")).Value;
        return storage;
    }

    public static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
