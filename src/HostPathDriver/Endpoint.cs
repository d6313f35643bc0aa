namespace Sidecars.HostPathDriver;

/// <summary>The address a driver is told to listen on; the one mandatory form is <c>unix:///path</c> (wire contract 9).</summary>
internal static class Endpoint
{
    /// <summary>Bytes in the path of a Unix socket, without the closing zero (unix(7)).</summary>
    public const int LongestPath = 107;

    private const string Scheme = "unix://";

    /// <summary>The path of the socket, or null when the text is no such address.</summary>
    public static string? SocketPath(string endpoint) =>
        endpoint.StartsWith(Scheme, StringComparison.Ordinal) && endpoint.Length > Scheme.Length + 1 && endpoint[Scheme.Length] == '/'
            ? endpoint[Scheme.Length..]
            : null;
}
