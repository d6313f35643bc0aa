using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

/// <summary>Which object is meant; the namespace is empty for kinds that have none.</summary>
internal readonly record struct ObjectKey(string Kind, string Namespace, string Name)
{
    internal static ObjectKey Of(string kind, JsonObject value) =>
        new(kind, (string?)value["metadata"]!["namespace"] ?? "", (string)value["metadata"]!["name"]!);

    public override string ToString() => Namespace.Length == 0 ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
