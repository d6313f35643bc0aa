using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// Encrypts a connection to the API server: whom we trust, which name we expect, what we prove ourselves with, and whether we ask for
/// HTTP/2. Not left to the platform's handler, which knows no name but that of the Host header, and sends of our certificates only
/// the first.
/// </summary>
internal sealed class ClusterTls(ClusterAddress address, ConnectionOptions connections)
{
    // The handler remembers that a server speaks HTTP/1.1 only, and would be surprised by another choice later.
    private volatile bool _isHttp11Only = !connections.AllowsHttp2;

    /// <summary>Shakes hands with the server at the other end.</summary>
    public async Task<SslStream> Secure(Stream stream, CancellationToken cancel)
    {
        var name = address.ServerName ?? address.Server.IdnHost;
        var options = Options(name);
        options.ApplicationProtocols = _isHttp11Only ? [SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        if (address.Certificate is { } own) options.ClientCertificateContext = await own.CurrentAsync(forConnection: true, cancel);
        if (address.Authority is not null) options.RemoteCertificateValidationCallback ??= (_, presented, chain, _) => AuthorityCertificates.Trusts(presented, chain, name);
        return await Shake(stream, options, cancel);
    }

    /// <summary>
    /// The same with a proxy on the way, which may also be signed by an authority of the system. It is not shown our certificate.
    /// </summary>
    public Task<SslStream> SecureProxy(Stream stream, ProxyAddress proxy, CancellationToken cancel)
    {
        var options = Options(proxy.Host);
        if (address.Authority is not null)
        {
            options.RemoteCertificateValidationCallback ??= (_, presented, chain, _) => AuthorityCertificates.Trusts(presented, chain, proxy.Host) || IsTrustedBySystem(presented, chain, proxy.Host);
        }
        return Shake(stream, options, cancel);
    }

    private SslClientAuthenticationOptions Options(string name) => new()
    {
        TargetHost = name,
        CertificateChainPolicy = address.Authority?.Policy(),
#pragma warning disable CA5359 // The kubeconfig says insecure-skip-tls-verify: its owner decided.
        RemoteCertificateValidationCallback = address.SkipsVerification ? (_, _, _, _) => true : null,
#pragma warning restore CA5359
    };

    private async Task<SslStream> Shake(Stream stream, SslClientAuthenticationOptions options, CancellationToken cancel)
    {
        var secure = new SslStream(stream);
        using var limit = new TimeLimit(connections.HandshakeLimit, TimeProvider.System, cancel);
        try
        {
            await secure.AuthenticateAsClientAsync(options, limit.Token);
            if (options.ApplicationProtocols is not null && secure.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2) _isHttp11Only = true;
            return secure;
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            await secure.DisposeAsync();
            throw new IOException($"no TLS handshake within {connections.HandshakeLimit.TotalSeconds:0} s");
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private static bool IsTrustedBySystem(X509Certificate? presented, X509Chain? sent, string name)
    {
        if (presented is null || sent is null) return false;
        using var certificate = new X509Certificate2(presented);
        using var chain = new X509Chain { ChainPolicy = { RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1")); // for a server
        chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return certificate.MatchesHostname(name, allowCommonName: false) && chain.Build(certificate);
    }
}
