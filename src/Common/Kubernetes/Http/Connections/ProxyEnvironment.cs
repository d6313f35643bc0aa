using System.Net;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// Which proxy the environment names for a server, by the rules every Go program follows (common contract 1.7); the platform's own
/// reading of the same variables knows neither address ranges nor ports nor that loopback is near.
/// </summary>
internal static class ProxyEnvironment
{
    /// <summary>
    /// <c>HTTPS_PROXY</c> for https, <c>HTTP_PROXY</c> for http, each by its lower-case name where the other is empty, unless the
    /// server is this machine or <c>NO_PROXY</c> covers it. What is no address of a proxy counts as none.
    /// </summary>
    public static ProxyChoice Choose(Uri server, Func<string, string?> environment)
    {
        var variable = server.Scheme == Uri.UriSchemeHttps ? "HTTPS_PROXY" : "HTTP_PROXY";
        if (Value(variable) is not { } named || ProxyAddress.Parse(named) is not { } proxy) return default;
        // In a CGI program this variable is a header of whoever calls.
        if (variable is "HTTP_PROXY" && environment("REQUEST_METHOD") is { Length: > 0 })
            return new ProxyChoice(null, "HTTP_PROXY is not used while REQUEST_METHOD is set, as for a CGI program; unset one of them");
        return IsLocal(server.IdnHost) || ProxyExceptions.Cover(Value("NO_PROXY"), server.IdnHost, server.Port) ? default : new ProxyChoice(proxy, null);

        string? Value(string name) =>
            environment(name) is { Length: > 0 } upper ? upper
            : environment(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower
            : null;
    }

    private static bool IsLocal(string host) =>
        host is "localhost" || IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);
}

/// <summary>A proxy, none, or the reason why there can be no connection.</summary>
internal readonly record struct ProxyChoice(ProxyAddress? Proxy, string? Refusal);
