using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecars.Tests.Support;

/// <summary>Makes certificates: an authority of its own, those below it, and what they sign.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name, TestAuthority? above = null, DateTimeOffset? until = null, X509Extension? also = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (also is not null) request.CertificateExtensions.Add(also);
        _certificate = above is null
            ? request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-2), until ?? TimeProvider.System.GetUtcNow().AddDays(2))
            : Signed(above, request, key, until);
    }

    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>A server's certificate for one name or address, signed by this authority.</summary>
    /// <param name="name">DNS name or IP address.</param>
    /// <param name="until">End of its validity.</param>
    /// <param name="usage">Object identifier of its only extended key usage; null for none.</param>
    public X509Certificate2 Server(string name, DateTimeOffset? until = null, string? usage = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        if (usage is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        return Signed(this, request, key, until);
    }

    /// <summary>A server's certificate whose name is only its common name.</summary>
    public X509Certificate2 Unnamed(string name)
    {
        using var key = RSA.Create(2048);
        return Signed(this, new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), key, null);
    }

    /// <summary>A client's certificate and its key, as PEM.</summary>
    public (string Certificate, string Key) Client(string name)
    {
        using var key = RSA.Create(2048);
        using var signed = Signed(this, new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), key, null);
        return (signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 Signed(TestAuthority above, CertificateRequest request, RSA key, DateTimeOffset? until)
    {
        using var signer = above._certificate.GetRSAPrivateKey()!; // by its key, because the platform signs nothing for an authority that may not
        using var signed = request.Create(above._certificate.SubjectName, X509SignatureGenerator.CreateForRSA(signer, RSASignaturePadding.Pkcs1),
            above._certificate.NotBefore, until ?? above._certificate.NotAfter, RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
