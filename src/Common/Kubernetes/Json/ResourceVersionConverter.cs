using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sidecars.Kubernetes.Json;

/// <summary>
/// Reads <c>resourceVersion</c> as the number it is on every API server, and writes it back as text. A text that is no number
/// becomes 0, "unknown": such an object is always taken as newer and never sent back with a version.
/// </summary>
public sealed class ResourceVersionConverter : JsonConverter<ulong>
{
    /// <inheritdoc />
    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && !reader.HasValueSequence
        && Utf8Parser.TryParse(reader.ValueSpan, out ulong version, out var read) && read == reader.ValueSpan.Length
            ? version
            : Slowly(ref reader);

    /// <summary>The text came in two buffers, or is no number.</summary>
    private static ulong Slowly(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String ? Of(reader.GetString()) : 0;

    internal static ulong Of(string? text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}
