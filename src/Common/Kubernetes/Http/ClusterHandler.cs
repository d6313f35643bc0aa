using Sidecars.Kubernetes.Http.Connections;

namespace Sidecars.Kubernetes.Http;

/// <summary>Makes the connections of a client (common contract 8.2): HTTP/2 where the server can, kept alive by pings.</summary>
internal static class ClusterHandler
{
    public static HttpMessageHandler For(ClusterAddress address) => For(address, Environment.GetEnvironmentVariable);

    internal static HttpMessageHandler For(ClusterAddress address, Func<string, string?> environment, TcpDialer? dialer = null)
    {
        // One in the kubeconfig overrides the environment, for near servers too.
        var route = address.Proxy is { } proxy ? new ProxyChoice(proxy, null) : ProxyEnvironment.Choose(address.Server, environment);
        return address.Certificate is { } own ? new RenewedConnections(own, Connections) : Connections();

        SocketsHttpHandler Connections() => With(new ClusterConnector(address, route, dialer ?? new TcpDialer(TimeProvider.System)));
    }

    private static SocketsHttpHandler With(ClusterConnector connector) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // Each part of it has a limit of its own that says what was waited for.
        ConnectTimeout = 2 * (ClusterConnector.DialLimit + ClusterTls.HandshakeLimit),
        // A dead API server is found by a ping after 30 s of silence, not by TCP after a quarter of an hour.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = null,
        UseProxy = connector.Forwarding is not null,
        Proxy = connector.Forwarding,
        ConnectCallback = connector.Connect,
    };
}
