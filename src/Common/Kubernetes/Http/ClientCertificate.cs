using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecars.Kubernetes.Http;

/// <summary>What we prove ourselves with in a handshake, as long as it is that.</summary>
internal interface IClientCertificates
{
    /// <summary>The certificate to present now, with those above it and its key; the same object while it is the same. Null for none.</summary>
    /// <param name="forConnection">For a new connection, which must not have an old one; else a look now and then is enough.</param>
    /// <param name="cancel">Ends the waiting.</param>
    ValueTask<SslStreamCertificateContext?> CurrentAsync(bool forConnection, CancellationToken cancel);

    /// <summary>The server did not let us in with it: look at once.</summary>
    void Refused(SslStreamCertificateContext? certificate);
}

/// <summary>
/// The certificate we prove ourselves with, those between it and its authority, and its key; each from a file or from the kubeconfig
/// itself. What comes from files is read again for every connection and once a minute, so a rotated certificate needs no restart; files
/// that do not fit together, as in the middle of a rotation, keep what was read before.
/// </summary>
internal sealed class ClientCertificate : IClientCertificates
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly PemSource _certificate;
    private readonly PemSource _key;
    private readonly TimeProvider _time;
    private (string, string) _text;
    private SslStreamCertificateContext _known;
    private long _lookedAt;
    private bool _isRefused;

    /// <summary>Reads both. Throws <see cref="CryptographicException"/> or <see cref="IOException"/> where they are no certificate and its key.</summary>
    public ClientCertificate(PemSource certificate, PemSource key, TimeProvider time)
    {
        (_certificate, _key, _time) = (certificate, key, time);
        _text = (certificate.Text, key.Text);
        _known = ContextOf(_text.Item1, _text.Item2);
        _lookedAt = time.GetTimestamp();
    }

    public ValueTask<SslStreamCertificateContext?> CurrentAsync(bool forConnection, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (forConnection || _isRefused || _time.GetElapsedTime(_lookedAt) >= s_betweenLooks) Look();
            return ValueTask.FromResult<SslStreamCertificateContext?>(_known);
        }
    }

    public void Refused(SslStreamCertificateContext? certificate)
    {
        lock (_lock) _isRefused |= certificate == _known;
    }

    // The texts are compared and not the times of change: the kubelet swaps a link.
    private void Look()
    {
        (_lookedAt, _isRefused) = (_time.GetTimestamp(), false);
        try
        {
            var text = (_certificate.Text, _key.Text);
            if (text != _text && PemText.IsWhole(text.Item1) && PemText.IsWhole(text.Item2)) (_known, _text) = (ContextOf(text.Item1, text.Item2), text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Half-rotated: the next look reads them again.
        }
    }

    internal static SslStreamCertificateContext ContextOf(string certificate, string key)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        // Offline: what is sent is what stands there, and nobody is asked for more.
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificate, key), chain, offline: true);
    }
}
