using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>A field that a field selector may name; the text compared is the field's value, or a default where it is absent.</summary>
internal sealed class SelectableField(string path, string fallback = "")
{
    private readonly string[] _steps = path.Split('.');

    public string Path { get; } = path;

    public string ValueIn(JsonObject content) => ((JsonNode)content).At(_steps) is not { } value
        ? fallback
        : JsonReading.AsText(value) ?? value.ToJsonString();
}
