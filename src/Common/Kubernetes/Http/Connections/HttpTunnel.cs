using System.Text;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// Asks an HTTP proxy to pass our bytes on to a server (CONNECT). User and password go with the first request: not every proxy asks
/// for them, some only refuse.
/// </summary>
internal static class HttpTunnel
{
    /// <summary>An answer to CONNECT is a line and a few headers.</summary>
    private const int LongestAnswer = 16 * 1024;

    /// <summary>After this the stream leads to the server. Throws <see cref="IOException"/> with what the proxy said.</summary>
    public static async Task Open(Stream stream, ProxyAddress proxy, string server, CancellationToken cancel)
    {
        var login = proxy.User is null ? "" : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{proxy.User}:{proxy.Password}"))}\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"CONNECT {server} HTTP/1.1\r\nHost: {server}\r\n{login}\r\n"), cancel);
        await stream.FlushAsync(cancel);

        var status = await StatusLine(stream, proxy, cancel);
        var parts = status.Split(' ', 3);
        if (parts is not [var version, "200", ..] || !version.StartsWith("HTTP/1.", StringComparison.Ordinal))
            throw new IOException($"the proxy {proxy} did not connect us to {server}: {(status.Length > 200 ? status[..200] : status)}");
    }

    // Byte by byte: what comes after the headers is the server's.
    private static async Task<string> StatusLine(Stream stream, ProxyAddress proxy, CancellationToken cancel)
    {
        var answer = new List<byte>();
        var one = new byte[1];
        while (!EndsWithEmptyLine(answer))
        {
            if (answer.Count >= LongestAnswer) throw new IOException($"the proxy {proxy} answers to CONNECT without end");
            if (await stream.ReadAsync(one, cancel) is 0) throw new IOException($"the proxy {proxy} closed the connection instead of answering to CONNECT");
            answer.Add(one[0]);
        }
        var text = Encoding.Latin1.GetString([.. answer]);
        return text[..text.AsSpan().IndexOfAny('\r', '\n')];
    }

    private static bool EndsWithEmptyLine(List<byte> text) =>
        text is [.., (byte)'\n', (byte)'\n'] or [.., (byte)'\n', (byte)'\r', (byte)'\n'];
}
