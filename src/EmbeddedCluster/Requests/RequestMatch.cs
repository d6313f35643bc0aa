namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Describes requests: every property that is not null must fit. Used to place faults and to search the request log, so that both are written the
/// same way. User agents are compared by their beginning, everything else exactly.
/// </summary>
public sealed record RequestMatch
{
    /// <summary>Fits every request.</summary>
    public static readonly RequestMatch Any = new();

    /// <summary>Such as <c>create</c>, <c>patch</c> or <c>watch</c>.</summary>
    public string? Verb { get; init; }

    /// <summary>The plural resource name.</summary>
    public string? Resource { get; init; }

    /// <summary>Such as <c>status</c>; empty for requests about the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>The namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The name of the object.</summary>
    public string? Name { get; init; }

    /// <summary>The beginning of the user agent.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The user name.</summary>
    public string? User { get; init; }

    internal bool Fits(RequestInfo request, string userAgent, string user) =>
        (Verb is null || Verb == request.Verb)
        && (Resource is null || Resource == request.Resource)
        && (Subresource is null || Subresource == request.Subresource)
        && (Namespace is null || Namespace == request.Namespace)
        && (Name is null || Name == request.Name)
        && (User is null || User == user)
        && (UserAgent is null || userAgent.StartsWith(UserAgent, StringComparison.Ordinal));
}
