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

    /// <summary>The client speaks HTTP/1.0, where a connection ends with the answer unless both say otherwise.</summary>
    internal bool IsOld { get; init; }

    /// <summary>What the answer says of the connection, with its line end: nothing where it goes on as the version has it.</summary>
    internal string Persistence => KeepAlive ? IsOld ? "Connection: keep-alive\r\n" : "" : "Connection: close\r\n";

    /// <summary>A body follows the head; it is not read, so the connection cannot be used again.</summary>
    internal bool HasBody { get; init; }

    internal bool IsHead => Method == "HEAD";
}
