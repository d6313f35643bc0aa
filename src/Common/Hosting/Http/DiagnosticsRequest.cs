namespace Sidecars.Hosting.Http;

/// <summary>The head of one request, as far as a diagnostics endpoint needs it. Bodies are never read.</summary>
/// <param name="Method">The method as sent, for example <c>GET</c>.</param>
/// <param name="Path">The path without the query, always beginning with a slash, not percent-decoded.</param>
/// <param name="Query">What follows the first question mark, or empty.</param>
/// <param name="AcceptsGzip">Whether the client takes a gzip-compressed answer.</param>
public sealed record DiagnosticsRequest(string Method, string Path, string Query, bool AcceptsGzip)
{
    /// <summary>Version 1.0 or 1.1, and whether the client wants another request on this connection.</summary>
    internal bool KeepAlive { get; init; }

    /// <summary>A body follows the head; it is not read, so the connection cannot be used again.</summary>
    internal bool HasBody { get; init; }

    internal bool IsHead => Method == "HEAD";
}
