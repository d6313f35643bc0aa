using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sidecars.Hosting.Http;

/// <summary>
/// A listen address in the originals' syntax: <c>:8080</c> is every address of both families, <c>127.0.0.1:0</c> picks a free port,
/// IPv6 addresses stand in brackets. <c>localhost</c> is the IPv4 loopback without asking a resolver.
/// </summary>
internal static class ListenAddress
{
    /// <summary>
    /// Reads <paramref name="text"/>. An address of null means every address of both families; a host name is resolved, IPv4 first.
    /// </summary>
    public static bool TryParse(string text, out IPAddress? address, out int port, [NotNullWhen(false)] out string? error)
    {
        address = null;
        port = 0;
        if (!TrySplit(text, out var host, out var portText, out error)) return false;
        if (!ushort.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            error = $"\"{portText}\" is not a port number between 0 and 65535";
            return false;
        }
        port = number;
        if (host.Length == 0) return true;
        if (host == "localhost") address = IPAddress.Loopback;
        else if (!IPAddress.TryParse(host, out address)) return TryResolve(host, out address, out error);
        return true;
    }

    private static bool TrySplit(string text, out string host, out string port, [NotNullWhen(false)] out string? error)
    {
        host = port = "";
        error = null;
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            error = "the port is missing, expected host:port or :port";
            return false;
        }
        host = text[..colon];
        port = text[(colon + 1)..];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal)) error = "an IPv6 address has to stand in brackets, like [::1]:8080";
        return error is null;
    }

    private static bool TryResolve(string host, out IPAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        try
        {
            var found = Dns.GetHostAddresses(host);
            address = found.FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? found.FirstOrDefault();
        }
        catch (SocketException e)
        {
            error = $"host \"{host}\" cannot be resolved: {e.Message}";
            return false;
        }
        if (address is null) error = $"host \"{host}\" has no address";
        return address is not null;
    }
}
