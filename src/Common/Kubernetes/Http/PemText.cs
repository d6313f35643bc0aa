using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecars.Kubernetes.Http;

/// <summary>PEM text that stands in a file, or in the kubeconfig.</summary>
internal sealed record PemSource(string? Path, string? Inline)
{
    public string Text => Inline ?? File.ReadAllText(Path!);
}

/// <summary>Reads PEM text as leniently as the originals, and sees where it breaks off.</summary>
internal static class PemText
{
    /// <summary>The certificates of a text; what else stands there, or is none after all, is passed over.</summary>
    public static X509Certificate2Collection Certificates(string text)
    {
        var certificates = new X509Certificate2Collection();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var found))
        {
            try
            {
                if (rest[found.Label] is "CERTIFICATE") certificates.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[found.Base64Data].ToString())));
            }
            catch (CryptographicException)
            {
                // No certificate.
            }
            rest = rest[found.Location.End..];
        }
        return certificates;
    }

    /// <summary>Whether there is something and all that begins ends: a file that is still being written does not.</summary>
    public static bool IsWhole(string text)
    {
        var blocks = 0;
        var rest = text.AsSpan();
        for (; PemEncoding.TryFind(rest, out var found); blocks++) rest = rest[found.Location.End..];
        return blocks > 0 && text.AsSpan().Count("-----BEGIN ") == blocks;
    }
}
