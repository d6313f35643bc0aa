using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Json;

/// <summary>Skips whatever stands there, and remembers that something did.</summary>
public sealed class PresenceOnlyConverter : JsonConverter<PresenceOnly>
{
    /// <inheritdoc />
    public override PresenceOnly? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null) return null;
        reader.Skip();
        return PresenceOnly.Present;
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, PresenceOnly value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    }
}
