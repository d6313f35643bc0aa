using System.Buffers;
using System.Text.Json;

namespace Sidecars.Kubernetes.Json;

/// <summary>Writes the body of a patch.</summary>
public static class JsonBody
{
    /// <summary>Room for an ordinary patch; a longer one grows.</summary>
    private const int Usual = 256;

    /// <summary>A document that is one object, as of a merge patch.</summary>
    public static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> content) => Write(json =>
    {
        json.WriteStartObject();
        content(json);
        json.WriteEndObject();
    });

    /// <summary>A document that is one list, as of a JSON patch.</summary>
    public static ReadOnlyMemory<byte> Array(Action<Utf8JsonWriter> content) => Write(json =>
    {
        json.WriteStartArray();
        content(json);
        json.WriteEndArray();
    });

    /// <summary>Writes a list of texts.</summary>
    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items) json.WriteStringValue(item);
        json.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(Usual);
        using var json = new Utf8JsonWriter(buffer);
        content(json);
        json.Flush();
        return buffer.WrittenMemory;
    }
}
