using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>One request on its way through the server.</summary>
internal sealed record ApiCall(HttpContext Http, RequestInfo Request, string UserAgent, Caller Caller)
{
    public IQueryCollection Query => Http.Request.Query;

    public CancellationToken Stop => Http.RequestAborted;

    /// <summary>The body of a write once it was read; kept for the request log.</summary>
    public RequestBody? Body { get; set; }

    /// <summary>What the caller is refused, for requests that ask for more than their verb says; null where they may.</summary>
    public Func<RequestInfo, ApiStatus?> Refuses { get; init; } = _ => null;

    /// <summary>A watch-type fault that was planned for this request.</summary>
    public FaultAction? WatchFault { get; set; }

    /// <summary>Texts for <c>Warning</c> headers.</summary>
    public List<string> Warnings { get; } = [];
}
