using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The certificates that may have signed the API server's. Read from a file, they are read again when the file changes, so a
/// rotated authority needs no restart; a file that cannot be read keeps what was read before.
/// </summary>
internal sealed class AuthorityCertificates
{
    private readonly Lock _lock = new();
    private readonly string? _path;
    private X509Certificate2Collection _certificates;
    private DateTime _readFrom;

    private AuthorityCertificates(string? path, X509Certificate2Collection certificates)
    {
        _path = path;
        _certificates = certificates;
        if (path is not null) _readFrom = File.GetLastWriteTimeUtc(path);
    }

    public static AuthorityCertificates FromFile(string path) => new(path, Read(path));

    public static AuthorityCertificates Fixed(X509Certificate2Collection certificates) => new(null, certificates);

    /// <summary>Whether a server's certificate is valid, for its name, under one of these authorities.</summary>
    public bool Trusts(X509Certificate? presented, X509Chain? sent, SslPolicyErrors errors)
    {
        if (presented is null || (errors & SslPolicyErrors.RemoteCertificateNameMismatch) is not 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Current());
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var certificate = new X509Certificate2(presented);
        return chain.Build(certificate);
    }

    private X509Certificate2Collection Current()
    {
        if (_path is null) return _certificates;
        lock (_lock)
        {
            try
            {
                var written = File.GetLastWriteTimeUtc(_path);
                if (written != _readFrom) (_certificates, _readFrom) = (Read(_path), written);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // Half-written while being rotated: the next handshake reads it again.
            }
            return _certificates;
        }
    }

    private static X509Certificate2Collection Read(string path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        return certificates;
    }
}
