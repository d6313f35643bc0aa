using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sidecars.Kubernetes.Json;

/// <summary>
/// Reads a text that many objects share (a driver, a class, a namespace, a phase) through the <see cref="StringPool"/>.
/// Meant for single properties, by attribute: a text that is unique to its object gains nothing from it.
/// </summary>
public sealed class PooledStringConverter : JsonConverter<string>
{
    /// <inheritdoc />
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadPooled(ref reader);

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    internal static string? ReadPooled(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Null) return null;
        if (reader.TokenType is not JsonTokenType.String and not JsonTokenType.PropertyName)
            throw new JsonException($"expected a string, found {reader.TokenType}");
        return reader.HasValueSequence || reader.ValueIsEscaped ? reader.GetString() : StringPool.Get(reader.ValueSpan);
    }
}
