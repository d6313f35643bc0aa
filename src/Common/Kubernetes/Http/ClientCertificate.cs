using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The certificate we prove ourselves with, those between it and its authority, and its key; each from a file or from the kubeconfig
/// itself. What comes from files is read again when one of them changes, so a rotated certificate is used by the next connection; files that do not fit together,
/// as in the middle of a rotation, keep what was read before.
/// </summary>
internal sealed class ClientCertificate
{
    private readonly Lock _lock = new();
    private readonly PemSource _certificate;
    private readonly PemSource _key;
    private SslStreamCertificateContext _known;
    private (DateTime, DateTime) _readFrom;

    /// <summary>Reads both. Throws <see cref="CryptographicException"/> or <see cref="IOException"/> where they are no certificate and its key.</summary>
    public ClientCertificate(PemSource certificate, PemSource key)
    {
        (_certificate, _key) = (certificate, key);
        _readFrom = (certificate.Written, key.Written);
        _known = Read();
    }

    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            try
            {
                var written = (_certificate.Written, _key.Written);
                if (written != _readFrom) (_known, _readFrom) = (Read(), written);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // Half-rotated: the next connection reads them again.
            }
            return _known;
        }
    }

    private SslStreamCertificateContext Read()
    {
        var pem = _certificate.Text;
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        // Offline: what is sent is what stands there, and nobody is asked for more.
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(pem, _key.Text), chain, offline: true);
    }
}

/// <summary>PEM text that stands in a file, or in the kubeconfig.</summary>
internal sealed record PemSource(string? Path, string? Inline)
{
    public string Text => Inline ?? File.ReadAllText(Path!);

    public DateTime Written => Path is null ? default : File.GetLastWriteTimeUtc(Path);
}
