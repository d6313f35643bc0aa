using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Connections;

public sealed class HandshakeTests
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset s_yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _root = new("root");

    [TearDown]
    public void CleanUp()
    {
        _directory.Dispose();
        _root.Dispose();
    }

    [TestCase(false)]
    [TestCase(true, Description = "whatever the server sends beside its own certificate")]
    public async Task An_authority_below_a_root_is_trusted_by_itself(bool sendsChain)
    {
        using var between = new TestAuthority("between", _root);
        using var certificate = between.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate, sendsChain ? Certificates(between.Pem, _root.Pem) : null);
        Assert.That(await Ask(server, between.Pem), Is.Null);
    }

    [Test]
    public async Task A_chain_the_server_sends_is_followed_to_the_root()
    {
        using var upper = new TestAuthority("upper", _root);
        using var lower = new TestAuthority("lower", upper);
        using var certificate = lower.Server("127.0.0.1");
        await using (var server = new HandshakeServer(() => certificate, Certificates(lower.Pem, upper.Pem))) Assert.That(await Ask(server, _root.Pem), Is.Null);
        await using (var server = new HandshakeServer(() => certificate, Certificates(lower.Pem))) Assert.That(await Ask(server, upper.Pem), Is.Null);
        await using (var server = new HandshakeServer(() => certificate)) Assert.That(await Ask(server, upper.Pem), Is.Not.Null, "a link is missing");
    }

    [Test]
    public async Task A_servers_own_certificate_may_be_the_one_that_is_trusted()
    {
        using var certificate = _root.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate);
        Assert.That(await Ask(server, certificate.ExportCertificatePem()), Is.Null);
    }

    [Test]
    public async Task Of_two_authorities_of_one_name_the_right_one_counts([Values] bool rightIsFirst)
    {
        using var other = new TestAuthority("root");
        using var certificate = _root.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate);
        Assert.That(await Ask(server, rightIsFirst ? _root.Pem + "\n" + other.Pem : other.Pem + "\n" + _root.Pem), Is.Null);
    }

    [Test]
    public async Task What_is_wrong_below_the_trusted_authority_is_refused()
    {
        using var between = new TestAuthority("between", _root);
        using var expired = new TestAuthority("expired", _root, s_yesterday);
        using var forClients = new TestAuthority("clients", _root, also: new X509EnhancedKeyUsageExtension([new Oid(ForClients)], critical: false));
        using var noSigner = new TestAuthority("no signer", _root, also: new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using var foreign = new TestAuthority("foreign");
        using var right = between.Server("127.0.0.1");
        await using (var server = new HandshakeServer(() => right)) Assert.That(await Ask(server, between.Pem), Is.Null, "this is how it should be");

        Assert.Multiple(async () =>
        {
            await Refused(between.Server("127.0.0.1", s_yesterday), between.Pem, "expired");
            await Refused(between.Server("127.0.0.2"), between.Pem, "another name");
            await Refused(between.Server("127.0.0.1", usage: ForClients), between.Pem, "a certificate for clients");
            await Refused(between.Unnamed("127.0.0.1"), between.Pem, "a common name is no name");
            await Refused(expired.Server("127.0.0.1"), expired.Pem, "an expired authority");
            await Refused(forClients.Server("127.0.0.1"), forClients.Pem, "an authority for clients");
            await Refused(noSigner.Server("127.0.0.1"), noSigner.Pem, "an authority that may not sign certificates");
            await Refused(foreign.Server("127.0.0.1"), between.Pem, "another authority");
        });

        async Task Refused(X509Certificate2 certificate, string trusted, string why)
        {
            using var presented = certificate;
            await using var server = new HandshakeServer(() => presented);
            var failure = await Ask(server, trusted);
            Assert.That(failure?.ToString(), Does.Contain("signed by the authority the configuration names"), why);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_client_certificate_is_sent_with_those_above_it(bool inline)
    {
        using var between = new TestAuthority("between", _root);
        var (own, key) = between.Client("me");
        var chain = own + "\n" + between.Pem + "\n";
        await File.WriteAllTextAsync(_directory.File("me.crt"), chain);
        await File.WriteAllTextAsync(_directory.File("me.key"), key);
        using var certificate = _root.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate, asksForCertificate: true);
        var user = inline ? $"client-certificate-data: {Base64(chain)}, client-key-data: {Base64(key)}" : "client-certificate: me.crt, client-key: me.key";
        Assert.That(await Ask(server, _root.Pem, user: user), Is.Null);
        Assert.That((await server.Request()).Certificates, Is.EqualTo(new[] { "CN=me", "CN=between" }));
    }

    [Test]
    public async Task The_name_of_a_tls_server_is_asked_for_and_expected_and_the_host_stays_what_it_is()
    {
        using var certificate = _root.Server("kubernetes.example");
        await using var server = new HandshakeServer(() => certificate);
        Assert.That(await Ask(server, _root.Pem, ", tls-server-name: kubernetes.example"), Is.Null);
        var arrived = await server.Request();
        Assert.That(arrived.ServerName, Is.EqualTo("kubernetes.example"));
        Assert.That(arrived.Head, Does.Contain($"\r\nHost: {new Uri(server.Url).Authority}\r\n"));
        Assert.That(await Ask(server, _root.Pem, ", tls-server-name: other.example"), Is.Not.Null);
    }

    [Test]
    public async Task A_server_that_speaks_no_newer_protocol_is_spoken_to_again_and_again()
    {
        using var certificate = _root.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate);
        using var client = Client(server, _root.Pem, "", "");
        var gets = Enumerable.Range(0, 5).Select(i => client.GetAsync(Resources.StorageClasses, new ObjectKey(null, $"a{i}"), default).WithinLimit());
        Assert.That((await Task.WhenAll(gets)).All(r => r.IsSuccess), Is.True);
    }

    private async Task<ApiFailure?> Ask(HandshakeServer server, string trusted, string cluster = "", string user = "")
    {
        using var client = Client(server, trusted, cluster, user);
        return (await client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit()).Failure;
    }

    private ApiClient Client(HandshakeServer server, string trusted, string cluster, string user)
    {
        var path = _directory.File("config");
        File.WriteAllText(path, $$$"""
            current-context: here
            contexts: [{name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{server.Url}}}", certificate-authority-data: {{{Base64(trusted)}}} {{{cluster}}} }}]
            users: [{name: u, user: { {{{user}}} }}]
            """);
        return new ApiClient(ClusterAddress.Find(path).Address!, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, NullLogger.Instance);
    }

    private static X509Certificate2Collection Certificates(params string[] pems)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var pem in pems) certificates.ImportFromPem(pem);
        return certificates;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
