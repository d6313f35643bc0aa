using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The pods that a workload's template describes, and the short name by which one template is told from another.</summary>
internal static class PodTemplate
{
    // As upstream: no vowels, so that no words come of it.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int Length = 10;

    /// <summary>The same for the same template, whatever the order of its fields.</summary>
    public static string Hash(StoredObject workload, string salt = "")
    {
        var text = new StringBuilder(salt);
        if (workload.Root.At("spec", "template") is { } template) Write(template, text);
        return string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).Take(Length).Select(octet => Alphabet[octet % Alphabet.Length]));
    }

    /// <summary>A pod of the template that belongs to the workload; it has no name yet.</summary>
    public static JsonObject NewPod(StoredObject workload) => NewPod(workload, workload.ToJson().Object("spec", "template") ?? []);

    /// <summary>The same of a template that the workload had before.</summary>
    public static JsonObject NewPod(StoredObject workload, JsonObject template)
    {
        var metadata = new JsonObject { ["namespace"] = workload.Namespace };
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations", "finalizers"]) metadata.CopyFrom(template.Object("metadata"), field);
        metadata["ownerReferences"] = new JsonArray(OwnerReferences.ToController(workload));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template["spec"]?.DeepClone() ?? new JsonObject(),
        };
    }

    private static void Write(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    text.Append('{').Append(property.Name).Append(':');
                    Write(property.Value, text);
                    text.Append('}');
                }
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, text);
                    text.Append(',');
                }
                text.Append(']');
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }
}
