namespace Sidecars.EmbeddedCluster;

/// <summary>One request the server has answered.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="UserAgent">Who said to be asking.</param>
/// <param name="User">Who was found to be asking.</param>
/// <param name="Code">The HTTP status; 0 when the connection was cut instead of an answer.</param>
/// <param name="Body">The body of a write as sent; empty for reads and for secrets.</param>
public sealed record LoggedRequest(RequestInfo Request, string UserAgent, string User, int Code, string Body)
{
    /// <summary>Verb, resource and code, for failed assertions.</summary>
    public override string ToString() =>
        $"{Request.Verb} {(Request.IsAboutObjects ? Request.Resource : Request.Path)}{(Request.Subresource.Length > 0 ? "/" + Request.Subresource : "")} {Request.Namespace}/{Request.Name} -> {Code}";
}
