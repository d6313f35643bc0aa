namespace Sidecars.Csi;

/// <summary>
/// Where a CSI driver listens, as given with <c>--csi-address</c>: an absolute path or <c>unix://</c> URL names a Unix socket,
/// anything else a host and port (common contract 3.1). Says how the address is written, not whether anybody listens there.
/// </summary>
public sealed record CsiAddress
{
    /// <summary>What the flag is when nobody sets it.</summary>
    public const string Default = "/run/csi/socket";

    private const string UnixUrl = "unix://";

    private CsiAddress(string text, string? socketPath, string? host, int port) =>
        (Text, SocketPath, Host, Port) = (text, socketPath, host, port);

    /// <summary>The address as the user wrote it, for logs and errors.</summary>
    public string Text { get; }

    /// <summary>Path of the Unix socket; null for a network address.</summary>
    public string? SocketPath { get; }

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
            if (path.Length > 0) return new CsiAddress(text, path, null, 0);
            error = $"the CSI address \"{text}\" names no socket: give an absolute path or unix:///path/to/csi.sock";
            return null;
        }

        var target = text;
        foreach (var scheme in new[] { "dns:///", "passthrough:///", "dns:" })
        {
            if (!target.StartsWith(scheme, StringComparison.Ordinal)) continue;
            target = target[scheme.Length..];
            break;
        }

        var colon = target.LastIndexOf(':');
        if (colon > 0 && int.TryParse(target.AsSpan(colon + 1), out var port) && port is > 0 and <= ushort.MaxValue)
            return new CsiAddress(text, null, target[..colon].Trim('[', ']'), port);

        error = $"the CSI address \"{text}\" is neither an absolute path, a unix:// URL nor host:port";
        return null;
    }

    /// <summary>The address as the user wrote it.</summary>
    public override string ToString() => Text;

    private static string? PathOf(string text)
    {
        if (text.StartsWith('/')) return text;
        if (text.StartsWith(UnixUrl, StringComparison.Ordinal)) return text[UnixUrl.Length..];
        return text.StartsWith("unix:", StringComparison.Ordinal) ? text["unix:".Length..] : null;
    }
}
