using System.Net;
using System.Net.Sockets;
using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>Opens the connections to a server, through a proxy where there is one, and encrypts them.</summary>
internal sealed class ClusterConnector(ClusterAddress address, ConnectionOptions options, ProxyChoice route, TcpDialer dialer)
{
    private readonly ClusterTls _tls = new(address, options);

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
        if (address.Server.Scheme != Uri.UriSchemeHttps) return stream;
        try
        {
            return await _tls.Secure(stream, cancel);
        }
        catch
        {
            await stream.DisposeAsync(); // also where there was no certificate to show
            throw;
        }
    }

    private async Task<Stream> Through(ProxyAddress proxy, CancellationToken cancel)
    {
        var (host, port) = (address.Server.IdnHost, address.Server.Port);
        var stream = await ToProxy(proxy, cancel);
        using var limit = new TimeLimit(options.DialLimit, TimeProvider.System, cancel);
        try
        {
            if (proxy.IsSocks) await SocksTunnel.Open(stream, proxy, host, port, limit.Token);
            else await HttpTunnel.Open(stream, proxy, $"{(host.Contains(':') ? $"[{host}]" : host)}:{port}", limit.Token);
            return stream;
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            await stream.DisposeAsync();
            throw new IOException($"the proxy {proxy} did not connect us to {host}:{port} within {options.DialLimit.TotalSeconds:0} s");
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
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new IOException($"the proxy {proxy} cannot be reached: {e.Message}"); // the caller names the server, which is not to blame
        }
        return proxy.IsSecure ? await _tls.SecureProxy(stream, proxy, cancel) : stream;
    }

    private Task<Stream> Dial(DnsEndPoint target, CancellationToken cancel) => dialer.Dial(target, options.DialLimit, cancel);
}
