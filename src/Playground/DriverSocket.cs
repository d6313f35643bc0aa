using Sidecars.Csi;

namespace Sidecars.Playground;

/// <summary>
/// The socket that <c>--csi-address</c> names, in the forms the sidecars take, as the absolute path that a kubelet needs. A relative path counts from
/// where the user is.
/// </summary>
internal static class DriverSocket
{
    /// <summary>The path, or what is wrong with the address.</summary>
    public static (string? Path, string Error) Parse(string text, string folder)
    {
        if (text.Length == 0) return (null, "--csi-address needs the path of a socket");
        var address = CsiAddress.Parse(text, out _);
        if (address is { Host: not null })
            return (null, $"--csi-address \"{text}\" names a host: a kubelet registers a driver by its Unix socket, so give the path of that");
        if (address is not null && address.SocketFile is null)
            return (null, $"--csi-address \"{text}\" names a socket without a file: a kubelet registers a driver by the path of its socket");
        // What is none of the forms is a path written from here, unless it is another scheme's, or a socket's path that is too long.
        if (address is null && text.Contains(':', StringComparison.Ordinal)) return (null, Refusal(text));
        var path = Path.GetFullPath(address?.SocketFile ?? text, folder);
        return CsiAddress.Parse(path, out _) is not null ? (path, "") : (null, Refusal(path));
    }

    private static string Refusal(string text)
    {
        CsiAddress.Parse(text, out var error);
        return $"--csi-address: {error}";
    }
}
