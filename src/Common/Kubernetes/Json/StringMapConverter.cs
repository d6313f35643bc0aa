using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Json;

/// <summary>
/// Reads and writes a <see cref="StringMap"/>. Keys and values come from the <see cref="StringPool"/>; the annotation in which
/// <c>kubectl apply</c> keeps a copy of the whole object is left out, because nobody here reads it.
/// </summary>
public sealed class StringMapConverter : JsonConverter<StringMap>
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    [ThreadStatic] private static List<string>? t_pairs;

    /// <inheritdoc />
    public override StringMap? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null) return null;
        if (reader.TokenType is not JsonTokenType.StartObject) throw new JsonException($"expected a map, found {reader.TokenType}");
        var pairs = t_pairs ??= [];
        pairs.Clear();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var skip = reader.ValueTextEquals(LastApplied);
            var key = skip ? "" : PooledStringConverter.ReadPooled(ref reader)!;
            reader.Read();
            if (!skip) StringMap.Put(pairs, key, PooledStringConverter.ReadPooled(ref reader) ?? "");
        }
        return pairs.Count is 0 ? StringMap.Empty : new StringMap([.. pairs]);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, StringMap value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, text) in value) writer.WriteString(key, text);
        writer.WriteEndObject();
    }
}
