using System.Globalization;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// Where a proxy is, how it is spoken to, and who we are there. Its text names host and port alone, so that it may stand in any
/// message: the password never leaves it but towards the proxy.
/// </summary>
internal sealed record ProxyAddress(string Scheme, string Host, int Port, string? User, string? Password)
{
    public bool IsSocks => Scheme is "socks5" or "socks5h";

    /// <summary>Whether the way to the proxy itself is encrypted.</summary>
    public bool IsSecure => Scheme is "https";

    public override string ToString() => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>
    /// Reads <c>scheme://user:password@host:port</c>; a text without a scheme is an HTTP proxy. Read here and not by
    /// <see cref="Uri"/>, which takes fewer passwords and repeats what it does not understand.
    /// </summary>
    /// <returns>Null where it is no address of a proxy, or of a kind nobody here speaks.</returns>
    public static ProxyAddress? Parse(string text)
    {
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = schemeEnd < 0 ? "http" : text[..schemeEnd].ToLowerInvariant();
        if (DefaultPort(scheme) is not { } port) return null;

        var rest = schemeEnd < 0 ? text : text[(schemeEnd + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        if (end >= 0) rest = rest[..end];
        var (user, password) = ((string?)null, (string?)null);
        if (rest.LastIndexOf('@') is >= 0 and var at)
        {
            var login = rest[..at];
            var colon = login.IndexOf(':');
            user = Uri.UnescapeDataString(colon < 0 ? login : login[..colon]);
            password = colon < 0 ? null : Uri.UnescapeDataString(login[(colon + 1)..]);
            rest = rest[(at + 1)..];
        }

        var portAt = rest.LastIndexOf(':');
        if (portAt > rest.LastIndexOf(']'))
        {
            var digits = rest.AsSpan(portAt + 1);
            if (digits.Length > 0 && !(int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue)) return null;
            rest = rest[..portAt];
        }
        if (rest.StartsWith('[') && rest.EndsWith(']')) rest = rest[1..^1];
        return Uri.CheckHostName(rest) is UriHostNameType.Unknown ? null : new ProxyAddress(scheme, rest, port, user, password);
    }

    private static int? DefaultPort(string scheme) => scheme switch
    {
        "http" => 80,
        "https" => 443,
        "socks5" or "socks5h" => 1080,
        _ => null,
    };
}
