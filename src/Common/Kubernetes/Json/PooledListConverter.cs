using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sidecars.Kubernetes.Json;

/// <summary>
/// Reads a short list of texts that many objects share (access modes, finalizers, mount options) through the
/// <see cref="StringPool"/>, and gives two lists of one element each the same element, if not the same list.
/// </summary>
public sealed class PooledListConverter : JsonConverter<string[]>
{
    [ThreadStatic] private static List<string>? t_items;

    /// <inheritdoc />
    public override string[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null) return null;
        if (reader.TokenType is not JsonTokenType.StartArray) throw new JsonException($"expected a list, found {reader.TokenType}");
        var items = t_items ??= [];
        items.Clear();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) items.Add(PooledStringConverter.ReadPooled(ref reader) ?? "");
        return [.. items];
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var item in value) writer.WriteStringValue(item);
        writer.WriteEndArray();
    }
}
