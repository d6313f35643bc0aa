using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>Finds the caller by bearer token. Without a token the caller is anonymous where that is allowed; an unknown token never is.</summary>
internal sealed class Authenticator(IReadOnlyList<ClusterUser> users, bool allowAnonymous)
{
    private const string Scheme = "Bearer ";
    private const string ServiceAccount = "system:serviceaccount:";

    private readonly Dictionary<string, Caller> _byToken = users.ToDictionary(user => user.Token, Known, StringComparer.Ordinal);

    /// <summary>Null when the request has to be refused with 401.</summary>
    public Caller? Find(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0) return allowAnonymous ? Caller.Anonymous : null;
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? _byToken.GetValueOrDefault(header[Scheme.Length..].Trim()) : null;
    }

    private static Caller Known(ClusterUser user)
    {
        var groups = new List<string>(user.Groups) { "system:authenticated" };
        if (user.Name.StartsWith(ServiceAccount, StringComparison.Ordinal) && user.Name.Split(':') is { Length: 4 } parts)
            groups.AddRange(["system:serviceaccounts", $"system:serviceaccounts:{parts[2]}"]);
        return new Caller(user.Name, groups);
    }
}
