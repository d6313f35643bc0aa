using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>An answer whose whole body is known.</summary>
internal sealed class BytesReply(int code, ReadOnlyMemory<byte> body) : Reply(code)
{
    public string ContentType { get; init; } = "application/json";

    public int RetryAfterSeconds { get; init; }

    public override async Task Send(HttpResponse response, CancellationToken stop)
    {
        response.StatusCode = Code;
        response.ContentType = ContentType;
        SetRetryAfter(response, RetryAfterSeconds);
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(response.HttpContext.Request.Method)) return;
        response.BodyWriter.Write(body.Span);
        await response.BodyWriter.FlushAsync(stop);
    }
}
