using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

/// <summary>JSON text with sorted keys, so that two values are equal exactly when their texts are, and sort alike wherever they come from.</summary>
internal static class CanonicalJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Of(JsonNode? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject o:
                AppendAll(text, '{', o.OrderBy(m => m.Key, StringComparer.Ordinal), m =>
                {
                    text.Append(JsonSerializer.Serialize(m.Key, Plain)).Append(": ");
                    Append(text, m.Value);
                }, '}');
                break;
            case JsonArray a:
                AppendAll(text, '[', a, item => Append(text, item), ']');
                break;
            default:
                text.Append(value?.ToJsonString(Plain) ?? "null");
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, IEnumerable<T> items, Action<T> append, char close)
    {
        var isFirst = true;
        text.Append(open);
        foreach (var item in items)
        {
            if (!isFirst) text.Append(", ");
            isFirst = false;
            append(item);
        }

        text.Append(close);
    }
}
