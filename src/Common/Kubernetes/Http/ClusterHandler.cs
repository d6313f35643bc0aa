using System.Net.Security;
using Sidecars.Kubernetes.Http.Connections;

namespace Sidecars.Kubernetes.Http;

/// <summary>Makes the connections of a client (common contract 8.2): HTTP/2 where the server can, kept alive by pings.</summary>
internal static class ClusterHandler
{
    public static SocketsHttpHandler For(ClusterAddress address) => For(address, Environment.GetEnvironmentVariable);

    internal static SocketsHttpHandler For(ClusterAddress address, Func<string, string?> environment)
    {
        // One in the kubeconfig overrides the environment, for near servers too.
        var route = address.Proxy is { } proxy ? new ProxyChoice(proxy, null) : ProxyEnvironment.Choose(address.Server, environment);
        var connector = new ClusterConnector(address.Server, route);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
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
        if (address.Server.Scheme == Uri.UriSchemeHttps) handler.SslOptions = Tls(address);
        return handler;
    }

    private static SslClientAuthenticationOptions Tls(ClusterAddress address)
    {
        var tls = new SslClientAuthenticationOptions();
        // Asked for each new connection, so that a rotated certificate is used without a restart.
        if (address.Certificate is { } own) tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => own.Current();
#pragma warning disable CA5359 // The kubeconfig says insecure-skip-tls-verify: its owner decided.
        if (address.SkipsVerification) tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (address.Authority is { } authority)
            tls.RemoteCertificateValidationCallback = (_, presented, chain, errors) => authority.Trusts(presented, chain, errors);
        return tls;
    }
}
