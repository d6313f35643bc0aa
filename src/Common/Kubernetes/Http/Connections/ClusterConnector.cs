using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>Opens the connections to a server, through a proxy where there is one.</summary>
internal sealed class ClusterConnector(Uri server, ProxyChoice route)
{
    /// <summary>
    /// An API server without TLS behind an HTTP proxy needs no tunnel: the proxy is sent the requests themselves. That is left to
    /// the platform; null where we go another way.
    /// </summary>
    public WebProxy? Forwarding { get; } = route.Proxy is { IsSocks: false } proxy && server.Scheme == Uri.UriSchemeHttp
        ? new WebProxy(new UriBuilder(proxy.Scheme, proxy.Host, proxy.Port).Uri)
        {
            Credentials = proxy.User is null ? null : new NetworkCredential(proxy.User, proxy.Password),
        }
        : null;

    /// <summary>A stream that leads to the server, not encrypted yet; to the proxy where that one takes the requests.</summary>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        if (route.Refusal is { } refusal) throw new IOException(refusal);
        if (Forwarding is not null || route.Proxy is not { } proxy) return await Dial(context.DnsEndPoint, cancel);

        var stream = await ToProxy(proxy, cancel);
        try
        {
            if (proxy.IsSocks) await SocksTunnel.Open(stream, proxy, server.IdnHost, server.Port, cancel);
            else await HttpTunnel.Open(stream, proxy, Authority(server), cancel);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> ToProxy(ProxyAddress proxy, CancellationToken cancel)
    {
        Stream stream;
        try
        {
            stream = await Dial(new DnsEndPoint(proxy.Host, proxy.Port), cancel);
        }
        catch (SocketException e)
        {
            throw new IOException($"the proxy {proxy} cannot be reached: {e.Message}"); // the caller names the server, which is not to blame
        }
        if (!proxy.IsSecure) return stream;
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = proxy.Host }, cancel);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> Dial(DnsEndPoint target, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Authority(Uri server) => $"{(server.IdnHost.Contains(':') ? $"[{server.IdnHost}]" : server.IdnHost)}:{server.Port}";
}
