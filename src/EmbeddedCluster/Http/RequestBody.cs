using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>The body of a request, read once and parsed on demand.</summary>
internal sealed class RequestBody
{
    private const int Limit = 3 * 1024 * 1024;
    private const string UnknownFormat = "the body of the request was in an unknown format - accepted media types include: ";

    private static readonly JsonDocumentOptions ParseOptions = new() { AllowDuplicateProperties = false, MaxDepth = 256 };

    private string? _json;

    private RequestBody(byte[] bytes, string mediaType) => (Bytes, MediaType) = (bytes, mediaType);

    public byte[] Bytes { get; }

    /// <summary>The content type without parameters.</summary>
    public string MediaType { get; }

    /// <summary>Reads the body; null when it is larger than the server takes.</summary>
    public static async Task<RequestBody?> Read(HttpRequest request, CancellationToken stop)
    {
        var mediaType = (request.ContentType ?? "").Split(';')[0].Trim();
        if (request.ContentLength > Limit) return null;
        if (request.ContentLength == 0) return new RequestBody([], mediaType);
        using var buffer = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[16 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(chunk, stop)) > 0)
        {
            if (buffer.Length + count > Limit) return null;
            buffer.Write(chunk, 0, count);
        }
        return new RequestBody(buffer.ToArray(), mediaType);
    }

    /// <summary>The body as people read it: what came in protobuf is told in JSON once it was read.</summary>
    public string Text => _json ?? Encoding.UTF8.GetString(Bytes);

    /// <summary>The body as an object. Protobuf is read by the shape of the kind that is expected; kinds without one have no such form.</summary>
    public (JsonObject? Content, ApiStatus? Error) AsObject(TypeShape? shape)
    {
        if (MediaType == ProtobufObject.MediaType && shape is not null)
        {
            var (read, wrong) = ProtobufObject.Read(Bytes, shape);
            _json = read?.ToJsonString() ?? "";
            return read is null ? (null, ApiStatus.BadRequest($"the protobuf of the request cannot be read: {wrong}")) : (read, null);
        }
        if (MediaType is not ("" or "application/json" or "application/yaml"))
            return (null, ApiStatus.UnsupportedMediaType(UnknownFormat + "application/json, application/yaml" + (shape is null ? "" : ", " + ProtobufObject.MediaType)));
        var (node, error) = Parse(MediaType == "application/yaml");
        if (error is not null) return (null, ApiStatus.BadRequest($"couldn't get version/kind; json parse error: {error}"));
        return node is JsonObject content ? (content, null) : (null, ApiStatus.BadRequest("couldn't get version/kind; json parse error: the body is not an object"));
    }

    /// <summary>The body as a patch of the kind its content type names.</summary>
    public (PatchKind Kind, JsonNode? Patch, ApiStatus? Error) AsPatch(bool acceptsStrategic)
    {
        PatchKind? kind = MediaType switch
        {
            "application/json-patch+json" => PatchKind.Json,
            "application/merge-patch+json" => PatchKind.Merge,
            "application/strategic-merge-patch+json" when acceptsStrategic => PatchKind.Strategic,
            "application/apply-patch+yaml" => PatchKind.Apply,
            _ => null,
        };
        if (kind is null)
            return (default, null, ApiStatus.UnsupportedMediaType(
                UnknownFormat + "application/json-patch+json, application/merge-patch+json" + (acceptsStrategic ? ", application/strategic-merge-patch+json" : "") + ", application/apply-patch+yaml"));
        // Most of what is sent as YAML is JSON, whose own reader finds fields that are there twice.
        var (patch, error) = Parse(isYaml: kind == PatchKind.Apply && !Bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8));
        if (error is not null && kind == PatchKind.Apply) return (default, null, ApiStatus.BadRequest($"error decoding YAML: {error}"));
        return error is null ? (kind.Value, patch, null) : (default, null, ApiStatus.BadRequest($"error decoding patch: {error}"));
    }

    private (JsonNode? Node, string? Error) Parse(bool isYaml)
    {
        try
        {
            if (!isYaml) return (JsonNode.Parse(Bytes, documentOptions: ParseOptions), null);
            using var text = new StreamReader(new MemoryStream(Bytes));
            return (YamlText.ReadAll(text) is [var first, ..] ? first : null, null);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            return (null, wrong.Message);
        }
    }
}
