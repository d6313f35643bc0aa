using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sidecars.Kubernetes.Http.Credentials;

/// <summary>
/// What a credential plug-in gave: a token, a client certificate with its key, or both, and until when. Its text says nothing of them.
/// </summary>
internal sealed class ExecCredential
{
    private readonly (string Certificate, string Key) _pem;

    private ExecCredential((string, string) pem) => _pem = pem;

    public AuthenticationHeaderValue? Header { get; private init; }

    public SslStreamCertificateContext? Certificate { get; private init; }

    /// <summary>Null for a credential without an end.</summary>
    public DateTimeOffset? Expires { get; private init; }

    /// <summary>Reads what a plug-in wrote. Throws <see cref="FormatException"/> with a sentence that repeats none of it.</summary>
    /// <param name="output">An <c>ExecCredential</c> in JSON.</param>
    /// <param name="apiVersion">The version the kubeconfig asks for.</param>
    /// <param name="before">What was known: where it holds the same certificate, so does the new one.</param>
    public static ExecCredential Parse(ReadOnlyMemory<byte> output, string apiVersion, ExecCredential? before)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var root = document.RootElement;
            if (Text(root, "kind") is not "ExecCredential") throw new FormatException("what it wrote is no ExecCredential");
            if (Text(root, "apiVersion") is var version && version != apiVersion)
                throw new FormatException($"it speaks {(version is { Length: > 0 and < 100 } ? version : "another version")}, where the kubeconfig says {apiVersion}");
            if (!root.TryGetProperty("status", out var status) || status.ValueKind is not JsonValueKind.Object) throw new FormatException("what it wrote has no status");

            var (token, pem) = (Text(status, "token"), (Text(status, "clientCertificateData") ?? "", Text(status, "clientKeyData") ?? ""));
            if (pem.Item1.Length is 0 != pem.Item2.Length is 0) throw new FormatException("it gave a certificate without its key, or a key without its certificate");
            if (token is null or "" && pem.Item1.Length is 0) throw new FormatException("it gave neither a token nor a certificate");
            return new ExecCredential(pem)
            {
                Header = token is null or "" ? null : new AuthenticationHeaderValue("Bearer", token),
                Certificate = pem.Item1.Length is 0 ? null : before is not null && before._pem == pem ? before.Certificate : ClientCertificate.ContextOf(pem.Item1, pem.Item2),
                Expires = Time(Text(status, "expirationTimestamp")),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("what it wrote is no ExecCredential in JSON");
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"its certificate and key cannot be used: {e.Message}");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value.GetString() : null;

    private static DateTimeOffset? Time(string? text)
    {
        if (text is null or "") return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new FormatException("its expirationTimestamp is no time");
    }
}
