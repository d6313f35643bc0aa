using System.Text.Json.Nodes;

namespace Sidecars.Playground;

/// <summary>How objects are called in messages: kind, and namespace/name.</summary>
internal static class ObjectName
{
    public static string Of(JsonObject manifest)
    {
        var metadata = manifest["metadata"];
        var name = metadata?["name"]?.ToString() ?? metadata?["generateName"]?.ToString() ?? "without a name";
        return Of(manifest["kind"]?.ToString() ?? "object", metadata?["namespace"]?.ToString() ?? "", name);
    }

    public static string Of(string kind, string ns, string name) => ns.Length > 0 ? $"{kind} {ns}/{name}" : $"{kind} {name}";
}
