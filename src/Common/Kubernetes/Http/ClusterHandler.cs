using Sidecars.Kubernetes.Http.Connections;

namespace Sidecars.Kubernetes.Http;

/// <summary>Makes the connections of a client (common contract 8.2): HTTP/2 where the server can, kept alive by pings.</summary>
internal static class ClusterHandler
{
    private static readonly TimeSpan s_leastPing = TimeSpan.FromSeconds(1); // the platform's

    public static HttpMessageHandler For(ClusterAddress address, ConnectionOptions options) => For(address, options, Environment.GetEnvironmentVariable);

    internal static HttpMessageHandler For(ClusterAddress address, ConnectionOptions options, Func<string, string?> environment, TcpDialer? dialer = null)
    {
        // One in the kubeconfig overrides the environment, for near servers too.
        var route = address.Proxy is { } proxy ? new ProxyChoice(proxy, null) : ProxyEnvironment.Choose(address.Server, environment);
        return address.Certificate is { } own ? new RenewedConnections(own, Connections) : Connections();

        SocketsHttpHandler Connections() => With(options, new ClusterConnector(address, options, route, dialer ?? new TcpDialer(TimeProvider.System)));
    }

    private static SocketsHttpHandler With(ConnectionOptions options, ClusterConnector connector) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // Each part of it has a limit of its own that says what was waited for.
        ConnectTimeout = 2 * (options.DialLimit + options.HandshakeLimit),
        // A dead API server is found by a ping after some silence, not by TCP after a quarter of an hour; before the next request, too.
        KeepAlivePingDelay = options.PingAfter is { } silence ? AtLeast(silence) : Timeout.InfiniteTimeSpan,
        KeepAlivePingTimeout = AtLeast(options.PingTimeout),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = null,
        UseProxy = connector.Forwarding is not null,
        Proxy = connector.Forwarding,
        ConnectCallback = connector.Connect,
    };

    private static TimeSpan AtLeast(TimeSpan ping) => ping < s_leastPing ? s_leastPing : ping;
}
