using System.Net;
using System.Text;

namespace Sidecars.Csi;

/// <summary>
/// Where a CSI driver listens, as given with <c>--csi-address</c>: an absolute path or <c>unix://</c> URL names a Unix socket,
/// <c>unix-abstract:</c> one without a file, anything else a host and port (common contract 3.1). Says how the address is written, not
/// whether anybody listens there.
/// </summary>
public sealed record CsiAddress
{
    /// <summary>What the flag is when nobody sets it.</summary>
    public const string Default = "/run/csi/socket";

    /// <summary>Octets in the path of a Unix socket on Linux, without the final zero.</summary>
    public const int LongestPath = 107;

    private const string UnixUrl = "unix://";
    private const string Unix = "unix:";
    private const string UnixAbstract = "unix-abstract:";
    private static readonly string[] s_resolverSchemes = ["dns:///", "passthrough:///", "dns:"];

    private CsiAddress(string text, string? socketPath, string? host, int port) =>
        (Text, SocketPath, Host, Port) = (text, socketPath, host, port);

    /// <summary>The address as the user wrote it, for logs and errors.</summary>
    public string Text { get; }

    /// <summary>Name of the Unix socket, a path or, where it begins with a zero, one without a file; null for a network address.</summary>
    public string? SocketPath { get; }

    /// <summary>Path of the socket's file; null where there is none.</summary>
    public string? SocketFile => SocketPath is ['\0', ..] ? null : SocketPath;

    /// <summary>Host of a network address; null for a Unix socket.</summary>
    public string? Host { get; }

    /// <summary>Port of a network address; 0 for a Unix socket.</summary>
    public int Port { get; }

    /// <summary>
    /// The form whose loss the exit-on-loss programs can act on: an absolute path or <c>unix://</c> followed by one.
    /// <c>unix:relative</c> is a Unix socket too, but those programs refuse it, as they refuse host names.
    /// </summary>
    public bool IsUnixUrlOrPath => Text.StartsWith('/') || Text.StartsWith(UnixUrl, StringComparison.Ordinal);

    /// <summary>Reads an address. Returns null, and the reason in <paramref name="error"/>, where it has none of the known forms.</summary>
    public static CsiAddress? Parse(string text, out string? error)
    {
        error = null;
        if (PathOf(text) is { } path)
        {
            var length = Encoding.UTF8.GetByteCount(path);
            if (length is > 0 and <= LongestPath) return new CsiAddress(text, path, null, 0);
            error = length is 0
                ? $"the CSI address \"{text}\" names no socket: give an absolute path or unix:///path/to/csi.sock"
                : $"the CSI address \"{text}\" has a path of {length} octets, and a Unix socket's has at most {LongestPath}: mount its directory at a shorter path";
            return null;
        }

        var scheme = s_resolverSchemes.FirstOrDefault(s => text.StartsWith(s, StringComparison.Ordinal)) ?? "";
        var target = text[scheme.Length..];
        var colon = target.LastIndexOf(':');
        if (colon > 0 && int.TryParse(target.AsSpan(colon + 1), out var port) && port is > 0 and <= ushort.MaxValue && HostOf(target[..colon]) is { } host)
            return new CsiAddress(text, null, host, port);

        error = $"the CSI address \"{text}\" is neither an absolute path, a unix:// URL nor host:port";
        if (target.StartsWith("//", StringComparison.Ordinal)) error += "; a DNS server cannot be named, the system's resolver is asked: dns:///host:port";
        return null;
    }

    /// <summary>The address as the user wrote it.</summary>
    public override string ToString() => Text;

    private static string? PathOf(string text)
    {
        if (text.StartsWith('/')) return text;
        if (text.StartsWith(UnixUrl, StringComparison.Ordinal)) return text[UnixUrl.Length..];
        if (text.StartsWith(UnixAbstract, StringComparison.Ordinal)) return text.Length > UnixAbstract.Length ? "\0" + text[UnixAbstract.Length..] : "";
        return text.StartsWith(Unix, StringComparison.Ordinal) ? text[Unix.Length..] : null;
    }

    /// <summary>A host name or an address; null for what is no host, a scheme nobody knows for instance.</summary>
    private static string? HostOf(string text)
    {
        var host = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;
        if (host.Contains(':', StringComparison.Ordinal)) return IPAddress.TryParse(host, out _) ? host : null;
        return host.Contains('/', StringComparison.Ordinal) || host.Length is 0 ? null : host;
    }
}
