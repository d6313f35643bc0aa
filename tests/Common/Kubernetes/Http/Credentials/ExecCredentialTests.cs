using System.Text;
using Sidecars.Kubernetes.Http.Credentials;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Credentials;

public sealed class ExecCredentialTests
{
    private const string V1 = "client.authentication.k8s.io/v1";

    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"abc"}}""", "abc", null)]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"abc","expirationTimestamp":"2030-01-02T03:04:05Z","more":[1]}}""", "abc", "2030-01-02T03:04:05")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"abc","expirationTimestamp":"2030-01-02T03:04:05+02:00","clientCertificateData":null}}""", "abc", "2030-01-02T01:04:05")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"abc","expirationTimestamp":null}}""", "abc", null)]
    public void A_token_is_read_with_its_end(string output, string token, string? expires)
    {
        var credential = Parse(output);
        Assert.That((credential.Header?.ToString(), credential.Certificate, credential.Expires?.UtcDateTime.ToString("s")), Is.EqualTo(($"Bearer {token}", (object?)null, expires)));
    }

    [TestCase("", "no ExecCredential in JSON")]
    [TestCase("secret", "no ExecCredential in JSON")]
    [TestCase("[\"secret\"]", "no ExecCredential in JSON")]
    [TestCase("""{"kind":"Secret","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"secret"}}""", "is no ExecCredential")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"secret"}}""", "it speaks client.authentication.k8s.io/v1beta1, where the kubeconfig says client.authentication.k8s.io/v1")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}""", "has no status")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}""", "neither a token nor a certificate")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":["secret"]}}""", "no ExecCredential in JSON")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"secret","expirationTimestamp":"soon"}}""", "expirationTimestamp is no time")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"secret","clientKeyData":"secret"}}""", "a key without its certificate")]
    [TestCase("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"secret","clientKeyData":"secret"}}""", "its certificate and key cannot be used")]
    public void What_is_none_is_told_without_repeating_it(string output, string says) =>
        Assert.That(() => Parse(output), Throws.InstanceOf<FormatException>().With.Message.Contains(says).And.Message.Not.Contains("secret"));

    [Test]
    public void The_same_certificate_stays_the_same()
    {
        using var authority = new TestAuthority("one");
        var (me, you) = (authority.Client("me"), authority.Client("you"));
        var first = Parse(Document(me));
        Assert.That(Parse(Document(me), first).Certificate, Is.SameAs(first.Certificate));
        Assert.That(Parse(Document(you), first).Certificate, Is.Not.SameAs(first.Certificate));
    }

    private static ExecCredential Parse(string output, ExecCredential? before = null) => ExecCredential.Parse(Encoding.UTF8.GetBytes(output), V1, before);

    private static string Document((string Certificate, string Key) pem) =>
        $$"""{"kind":"ExecCredential","apiVersion":"{{V1}}","status":{"clientCertificateData":"{{pem.Certificate.ReplaceLineEndings("\\n")}}","clientKeyData":"{{pem.Key.ReplaceLineEndings("\\n")}}"} }""";
}
