using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http;

public sealed class TlsTests
{
    private readonly TemporaryDirectory _directory = new();
    private X509Certificate2 _authority = null!;
    private (ScriptedApi Api, Task<ScriptedRequest> Request)? _next;

    [SetUp]
    public void MakeAuthority() => _authority = Authority("one");

    [TearDown]
    public void CleanUp()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [Test]
    public async Task A_server_signed_by_the_configured_authority_is_trusted()
    {
        await using var api = await Serve(_authority, IPAddress.Loopback.ToString());
        Assert.That(await Ask(api, AuthorityData(_authority)), Is.Null);
    }

    [Test]
    public async Task Any_of_several_authorities_will_do()
    {
        using var other = Authority("two");
        await using var api = await Serve(_authority, IPAddress.Loopback.ToString());
        Assert.That(await Ask(api, AuthorityData(other, _authority)), Is.Null);
    }

    [Test]
    public async Task A_server_signed_by_another_authority_is_refused_and_told()
    {
        using var other = Authority("two");
        await using var api = await Serve(other, IPAddress.Loopback.ToString());
        var failure = (await Ask(api, AuthorityData(_authority)))!;
        Assert.That((failure.IsWithoutAnswer, failure.IsRefused), Is.EqualTo((true, true)));
        Assert.That(failure.ToString(), Does.Contain("signed by the authority the configuration names"));
    }

    [Test]
    public async Task A_server_with_another_name_is_refused_unless_that_name_is_expected()
    {
        await using var api = await Serve(_authority, "kubernetes.example");
        Assert.That(await Ask(api, AuthorityData(_authority)), Is.Not.Null);
        Assert.That(await Ask(api, AuthorityData(_authority) + ", tls-server-name: kubernetes.example"), Is.Null);
        Assert.That(await Ask(api, "insecure-skip-tls-verify: true"), Is.Null);
    }

    [Test]
    public async Task A_rotated_authority_is_picked_up_without_a_restart()
    {
        using var next = Authority("two");
        var file = _directory.File("ca.crt");
        await File.WriteAllTextAsync(file, _authority.ExportCertificatePem());
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(50));
        await using var api = await Serve(next, IPAddress.Loopback.ToString());
        using var client = Client(Kubeconfig(api, "certificate-authority: ca.crt"));
        Assert.That(await Ask(api, client), Is.Not.Null);

        await File.WriteAllTextAsync(file, "half a fi");
        Assert.That(await Ask(api, client), Is.Not.Null, "what cannot be read changes nothing");
        await File.WriteAllTextAsync(file, next.ExportCertificatePem());
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(51));
        Assert.That(await Ask(api, client), Is.Null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_client_certificate_is_presented(bool inline)
    {
        using var own = Authority("me");
        var (certificate, key) = (own.ExportCertificatePem(), own.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(_directory.File("me.crt"), certificate);
        await File.WriteAllTextAsync(_directory.File("me.key"), key);
        using var server = ServerCertificate(_authority, IPAddress.Loopback.ToString());
        await using var api = await ScriptedApi.Start(() => server, asksForCertificate: true);
        var user = inline ? $"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}" : "client-certificate: me.crt, client-key: me.key";
        using var client = Client(Kubeconfig(api, AuthorityData(_authority), user));
        var get = client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();
        var request = await api.Request();
        await request.Reply(200, "{}");
        Assert.That((await get).IsSuccess, Is.True);
        Assert.That(request.ClientCertificateSubject, Is.EqualTo("CN=me"));
    }

    private async Task<ApiFailure?> Ask(ScriptedApi api, string cluster)
    {
        using var client = Client(Kubeconfig(api, cluster));
        return await Ask(api, client);
    }

    private async Task<ApiFailure?> Ask(ScriptedApi api, ApiClient client)
    {
        var get = client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();
        // A refused server never sees a request: then the same waiting goes on for the next one.
        _next ??= (api, api.Request());
        if (_next.Value.Api != api) _next = (api, api.Request());
        if (await Task.WhenAny(get, _next.Value.Request) == get) return (await get).Failure;
        await (await _next.Value.Request).Reply(200, "{}");
        _next = null;
        return (await get).Failure;
    }

    private static ApiClient Client(string kubeconfig) =>
        new(ClusterAddress.Find(kubeconfig).Address!, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, NullLogger.Instance);

    private string Kubeconfig(ScriptedApi api, string cluster, string user = "")
    {
        var path = _directory.File("config");
        File.WriteAllText(path, $$$"""
            current-context: here
            contexts: [{name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{api.Url}}}", {{{cluster}}} }}]
            users: [{name: u, user: { {{{user}}} }}]
            """);
        return path;
    }

    private static async Task<ScriptedApi> Serve(X509Certificate2 authority, string name)
    {
        var certificate = ServerCertificate(authority, name);
        return await ScriptedApi.Start(() => certificate);
    }

    private static string AuthorityData(params X509Certificate2[] authorities) =>
        $"certificate-authority-data: {Base64(string.Join('\n', authorities.Select(a => a.ExportCertificatePem())))}";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private static X509Certificate2 ServerCertificate(X509Certificate2 authority, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3, 4]);
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
