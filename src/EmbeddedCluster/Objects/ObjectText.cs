using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Makes the stored text of an object version. The type header always comes first, so that lists of built-in kinds can leave it out, and other
/// served versions of a custom resource can replace it, without parsing. Not safe for concurrent use: the store calls it under its write lock.
/// </summary>
internal sealed class ObjectText : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(initialCapacity: 4096);
    private readonly Utf8JsonWriter _writer;

    public ObjectText() => _writer = new Utf8JsonWriter(_buffer, Options);

    public void Dispose() => _writer.Dispose();

    /// <summary>Stamps the version into the metadata and freezes the object.</summary>
    public StoredObject Freeze(ResourceDefinition resource, JsonObject content, long version)
    {
        content.Metadata()["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
        _buffer.ResetWrittenCount();
        _buffer.Write(resource.Head.Span);
        _writer.Reset(_buffer);
        _writer.WriteStartObject();
        foreach (var (name, value) in content)
        {
            if (name is "kind" or "apiVersion") continue;
            _writer.WritePropertyName(name);
            if (value is null) _writer.WriteNullValue();
            else value.WriteTo(_writer);
        }
        _writer.WriteEndObject();
        _writer.Flush();
        var json = _buffer.WrittenSpan.ToArray();
        // The body's own opening brace becomes the comma between header and body.
        json[resource.Head.Length] = (byte)',';
        return new StoredObject(resource, content, version, json, resource.Head.Length + 1);
    }
}
