using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>Finds the caller by bearer token. Without a token the caller is anonymous where that is allowed; an unknown token never is.</summary>
internal sealed class Authenticator(IReadOnlyList<ClusterUser> users, AccountTokens accounts, bool allowAnonymous)
{
    private const string Scheme = "Bearer ";

    private readonly Dictionary<string, Caller> _byToken = users.ToDictionary(user => user.Token, user => Caller.Known(user.Name, user.Groups), StringComparer.Ordinal);

    /// <summary>Null when the request has to be refused with 401.</summary>
    public Caller? Find(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0) return allowAnonymous ? Caller.Anonymous : null;
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var token = header[Scheme.Length..].Trim();
        return _byToken.GetValueOrDefault(token) ?? accounts.Find(token);
    }
}
