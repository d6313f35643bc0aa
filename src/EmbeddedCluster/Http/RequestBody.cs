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

    /// <summary>The body as an object.</summary>
    public (JsonObject? Content, ApiStatus? Error) AsObject()
    {
        if (MediaType is not ("" or "application/json" or "application/yaml"))
            return (null, ApiStatus.UnsupportedMediaType(UnknownFormat + "application/json, application/yaml"));
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
            _ => null,
        };
        if (kind is null)
            return (default, null, ApiStatus.UnsupportedMediaType(
                UnknownFormat + "application/json-patch+json, application/merge-patch+json" + (acceptsStrategic ? ", application/strategic-merge-patch+json" : "")));
        var (patch, error) = Parse(isYaml: false);
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
