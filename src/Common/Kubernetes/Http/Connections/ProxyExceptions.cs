using System.Globalization;
using System.Net;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// The servers that <c>NO_PROXY</c> takes out: names (with what is below them; only that, where a dot leads), addresses, ranges of
/// addresses, each but the last with a port if need be, and <c>*</c> for all. What cannot be read takes out nothing.
/// </summary>
internal static class ProxyExceptions
{
    public static bool Cover(string? list, string host, int port)
    {
        if (list is null) return false;
        var address = AddressOf(host, allowZone: true);
        var portText = port.ToString(CultureInfo.InvariantCulture);
        foreach (var part in list.Split(','))
        {
            var entry = part.Trim().ToLowerInvariant();
            if (entry is "*" || entry.Length > 0 && Covers(entry, host.ToLowerInvariant(), address, portText)) return true;
        }
        return false;
    }

    private static bool Covers(string entry, string host, IPAddress? address, string port)
    {
        if (RangeOf(entry) is var (network, bits)) return address is not null && IsWithin(address, network, bits);

        var (name, onlyPort) = Split(entry);
        if (name.Length is 0) return false;
        if (AddressOf(name, allowZone: false) is { } exact) return address is not null && address.Equals(exact) && FitsPort();

        if (name.StartsWith("*.", StringComparison.Ordinal)) name = name[1..];
        if (address is not null) return false; // the end of an address is no domain
        return (name[0] is '.' ? host.EndsWith(name, StringComparison.Ordinal) : host == name || host.EndsWith('.' + name, StringComparison.Ordinal)) && FitsPort();

        bool FitsPort() => onlyPort.Length is 0 || onlyPort == port;
    }

    // A text of several colons is an IPv6 address and has no port, unless the address stands in brackets.
    private static (string Host, string Port) Split(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0) return (entry, "");
        var host = entry[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) return (host[1..^1], entry[(colon + 1)..]);
        return host.AsSpan().IndexOfAny(':', '[', ']') < 0 ? (host, entry[(colon + 1)..]) : (entry, "");
    }

    private static (IPAddress Network, int Bits)? RangeOf(string entry)
    {
        var slash = entry.IndexOf('/');
        if (slash < 0 || ParsedAddress(entry[..slash], allowZone: false) is not { } network) return null;
        var most = network.GetAddressBytes().Length * 8;
        if (!int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits > most) return null;
        return network.IsIPv4MappedToIPv6 ? (network.MapToIPv4(), Math.Max(0, bits - 96)) : (network, bits);
    }

    private static bool IsWithin(IPAddress address, IPAddress network, int bits)
    {
        var (one, other) = (address.GetAddressBytes(), network.GetAddressBytes());
        if (one.Length != other.Length) return false;
        for (var i = 0; i < one.Length && bits > 0; i++, bits -= 8)
        {
            var mask = bits >= 8 ? 0xff : 0xff << (8 - bits) & 0xff;
            if (((one[i] ^ other[i]) & mask) is not 0) return false;
        }
        return true;
    }

    private static IPAddress? AddressOf(string text, bool allowZone) =>
        ParsedAddress(text, allowZone) is { } address ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : null;

    // The platform also takes "10" and "0x7f.1" for addresses, which here are names.
    private static IPAddress? ParsedAddress(string text, bool allowZone)
    {
        if (!text.Contains(':'))
        {
            var parts = text.Split('.');
            if (parts.Length is not 4 || !parts.All(p => p is [>= '0' and <= '9', ..] && (p.Length is 1 || p[0] is not '0'))) return null;
        }
        else if (text.AsSpan().IndexOfAny('[', ']') >= 0 || !allowZone && text.Contains('%'))
        {
            return null;
        }
        return IPAddress.TryParse(text, out var address) ? address : null;
    }
}
