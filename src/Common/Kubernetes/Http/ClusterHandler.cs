using System.Net;
using System.Net.Security;

namespace Sidecars.Kubernetes.Http;

/// <summary>Makes the connections of a client (common contract 8.2): HTTP/2 where the server can, kept alive by pings.</summary>
internal static class ClusterHandler
{
    public static SocketsHttpHandler For(ClusterAddress address)
    {
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
        };
        // Without one in the kubeconfig, HTTPS_PROXY and NO_PROXY of the environment count.
        if (address.Proxy is { } proxy) handler.Proxy = new WebProxy(proxy);
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
