using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The certificates that may stand at the end of the API server's chain: any of them is an anchor, a root as well as an authority
/// below one. Read from a file, they are read again for every connection, so a rotated authority needs no restart; a file that
/// cannot be read, is empty or half written keeps what was read before.
/// </summary>
internal sealed class AuthorityCertificates
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>What the platform has against a chain that ends at an anchor of ours instead of a root.</summary>
    private const X509ChainStatusFlags EndsEarly = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    private readonly Lock _lock = new();
    private readonly string? _path;
    private string _text = "";
    private X509Certificate2Collection _certificates;

    private AuthorityCertificates(string? path, X509Certificate2Collection certificates)
    {
        _path = path;
        _certificates = certificates;
    }

    /// <summary>Throws <see cref="CryptographicException"/> where the file holds no certificate, or what reading a file throws.</summary>
    public static AuthorityCertificates FromFile(string path)
    {
        var text = File.ReadAllText(path);
        var certificates = PemText.Certificates(text);
        return certificates.Count > 0
            ? new AuthorityCertificates(path, certificates) { _text = text }
            : throw new CryptographicException($"{path} holds no certificate");
    }

    public static AuthorityCertificates Fixed(X509Certificate2Collection certificates) => new(null, certificates);

    /// <summary>How a chain is built for <see cref="Trusts"/>, from what is known now.</summary>
    public X509ChainPolicy Policy() => PolicyOf(Current(), []);

    /// <summary>Whether a server's certificate is valid, for this name, for a server, under one of these authorities.</summary>
    /// <param name="presented">The server's certificate.</param>
    /// <param name="chain">The chain built by <see cref="Policy"/>.</param>
    /// <param name="name">Name or address the server is expected to have; the subject's common name is none.</param>
    public static bool Trusts(X509Certificate? presented, X509Chain? chain, string name)
    {
        if (presented is null || chain is null) return false;
        using var certificate = new X509Certificate2(presented);
        if (!certificate.MatchesHostname(name, allowCommonName: false)) return false;
        return EndsAtAnchor(chain, chain.ChainPolicy.CustomTrustStore) || EndsAtOneOf(certificate, chain.ChainPolicy);
    }

    // The platform follows one chain. With two authorities of one name, as while one is being replaced, that may be the wrong one.
    private static bool EndsAtOneOf(X509Certificate2 certificate, X509ChainPolicy policy)
    {
        foreach (var anchor in policy.CustomTrustStore)
        {
            using var chain = new X509Chain { ChainPolicy = PolicyOf([anchor], policy.ExtraStore) };
            chain.Build(certificate);
            if (EndsAtAnchor(chain, [anchor])) return true;
        }
        return false;
    }

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection anchors, X509Certificate2Collection sent)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(anchors);
        policy.ExtraStore.AddRange(sent);
        return policy;
    }

    // From the server's certificate up to the first anchor nothing may be wrong; what is above the anchor does not matter.
    private static bool EndsAtAnchor(X509Chain chain, X509Certificate2Collection anchors)
    {
        foreach (var element in chain.ChainElements)
        {
            if (element.ChainElementStatus.Any(s => (s.Status & ~EndsEarly) is not 0) || !MaySignServers(element.Certificate)) return false;
            if (anchors.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span))) return true;
        }
        return false;
    }

    // A certificate that limits what it is for, limits what stands below it.
    private static bool MaySignServers(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().All(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(u => u.Value is ServerAuthentication or AnyUsage));

    // The text is compared and not the time of change: the kubelet swaps a link, and that of the file behind it is older or newer as it likes.
    private X509Certificate2Collection Current()
    {
        if (_path is null) return _certificates;
        lock (_lock)
        {
            try
            {
                var text = File.ReadAllText(_path);
                if (text == _text) return _certificates;
                if (PemText.IsWhole(text) && PemText.Certificates(text) is { Count: > 0 } certificates) (_text, _certificates) = (text, certificates);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Being replaced just now: the next connection reads it again.
            }
            return _certificates;
        }
    }
}
