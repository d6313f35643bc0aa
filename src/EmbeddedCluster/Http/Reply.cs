using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>An answer that is ready to be sent. It is made before the first byte goes out, so that a fault can still take its place.</summary>
internal abstract class Reply(int code)
{
    public int Code { get; } = code;

    public abstract Task Send(HttpResponse response, CancellationToken stop);

    public static Reply Of(ApiStatus status) => new BytesReply(status.Code, Bytes(status.ToJson())) { RetryAfterSeconds = status.Details?.RetryAfterSeconds ?? 0 };

    public static Reply Of(JsonNode json, int code = 200) => new BytesReply(code, Bytes(json));

    public static Reply Text(string text) => new BytesReply(200, System.Text.Encoding.UTF8.GetBytes(text)) { ContentType = "text/plain; charset=utf-8" };

    /// <summary>The answer to a path that nobody serves. It comes from before the API and is no Status.</summary>
    public static Reply NoPage() => new BytesReply(404, "404 page not found\n"u8.ToArray()) { ContentType = "text/plain; charset=utf-8" };

    public static byte[] Bytes(JsonNode json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            json.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    protected static void SetRetryAfter(HttpResponse response, int seconds)
    {
        if (seconds > 0) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }
}
