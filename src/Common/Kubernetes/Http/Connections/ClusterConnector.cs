using System.Net;
using System.Net.Sockets;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>Opens the connections to a server, through a proxy where there is one, and encrypts them.</summary>
internal sealed class ClusterConnector(ClusterAddress address, ProxyChoice route)
{
    private readonly ClusterTls _tls = new(address);

    /// <summary>
    /// An API server without TLS behind an HTTP proxy needs no tunnel: the proxy is sent the requests themselves. That is left to
    /// the platform; null where we go another way.
    /// </summary>
    public WebProxy? Forwarding { get; } = route.Proxy is { IsSocks: false } proxy && address.Server.Scheme == Uri.UriSchemeHttp
        ? new WebProxy(new UriBuilder(proxy.Scheme, proxy.Host, proxy.Port).Uri)
        {
            Credentials = proxy.User is null ? null : new NetworkCredential(proxy.User, proxy.Password),
        }
        : null;

    /// <summary>A stream that speaks HTTP with the server; with the proxy, where that one takes the requests.</summary>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        if (route.Refusal is { } refusal) throw new IOException(refusal);
        if (Forwarding is not null) return await Dial(context.DnsEndPoint, cancel);
        var stream = route.Proxy is { } proxy ? await Through(proxy, cancel) : await Dial(new DnsEndPoint(address.Server.IdnHost, address.Server.Port), cancel);
        return address.Server.Scheme == Uri.UriSchemeHttps ? await _tls.Secure(stream, cancel) : stream;
    }

    private async Task<Stream> Through(ProxyAddress proxy, CancellationToken cancel)
    {
        var (host, port) = (address.Server.IdnHost, address.Server.Port);
        var stream = await ToProxy(proxy, cancel);
        try
        {
            if (proxy.IsSocks) await SocksTunnel.Open(stream, proxy, host, port, cancel);
            else await HttpTunnel.Open(stream, proxy, $"{(host.Contains(':') ? $"[{host}]" : host)}:{port}", cancel);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<Stream> ToProxy(ProxyAddress proxy, CancellationToken cancel)
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
        return proxy.IsSecure ? await _tls.SecureProxy(stream, proxy, cancel) : stream;
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
}
