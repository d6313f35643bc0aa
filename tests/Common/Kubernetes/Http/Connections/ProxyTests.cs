using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Connections;

public sealed class ProxyTests
{
    private static readonly ObjectKey s_key = new(null, "a");

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new("one");

    [TearDown]
    public void CleanUp()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [Test]
    public async Task A_proxy_of_the_kubeconfig_is_asked_to_connect_with_its_login()
    {
        using var certificate = _authority.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        await using var proxy = ScriptedProxy.Http(api.Port);
        Assert.That(await Ask(api, $"http://joe:s%40cret@127.0.0.1:{proxy.Port}"), Is.Null);
        Assert.That(await proxy.Asked(), Is.EqualTo(
            $"CONNECT 127.0.0.1:{api.Port} HTTP/1.1\r\nHost: 127.0.0.1:{api.Port}\r\nProxy-Authorization: Basic {Base64("joe:s@cret")}\r\n\r\n"));
    }

    [Test]
    public async Task A_proxy_of_the_environment_is_used_for_what_NO_PROXY_does_not_cover()
    {
        using var certificate = _authority.Server("10.96.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        await using var proxy = ScriptedProxy.Http(api.Port);
        var environment = new Dictionary<string, string> { ["HTTPS_PROXY"] = $"127.0.0.1:{proxy.Port}", ["NO_PROXY"] = "10.97.0.0/16" };
        var address = ClusterAddress.Find(Kubeconfig("https://10.96.0.1:443", null)).Address!;
        using var client = new ApiClient(address, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, NullLogger.Instance,
            ClusterHandler.For(address, new ConnectionOptions(), environment.GetValueOrDefault));
        Assert.That(await Ask(api, client), Is.Null);
        Assert.That(await proxy.Asked(), Is.EqualTo("CONNECT 10.96.0.1:443 HTTP/1.1\r\nHost: 10.96.0.1:443\r\n\r\n"));
    }

    [Test]
    public async Task A_proxy_over_tls_has_to_be_who_it_says()
    {
        using var stranger = new TestAuthority("two");
        using var certificate = _authority.Server("127.0.0.1");
        using var otherName = _authority.Server("proxy.example");
        using var foreign = stranger.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        foreach (var (shown, isTrusted) in new[] { (certificate, true), (otherName, false), (foreign, false) })
        {
            await using var proxy = ScriptedProxy.Http(api.Port, certificate: shown);
            Assert.That(await Ask(api, $"https://joe:secret@127.0.0.1:{proxy.Port}") is null, Is.EqualTo(isTrusted));
            if (isTrusted) Assert.That(await proxy.Asked(), Does.StartWith($"CONNECT 127.0.0.1:{api.Port} ").And.Contains(Base64("joe:secret")));
        }
    }

    [TestCase("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", "407 Proxy Authentication Required")]
    [TestCase("HTTP/1.1 403 Forbidden\r\n\r\n", "403 Forbidden")]
    [TestCase("", "closed the connection instead of answering to CONNECT")]
    public async Task What_a_proxy_says_against_it_is_told_without_the_login(string answer, string says)
    {
        using var certificate = _authority.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        await using var proxy = ScriptedProxy.Http(api.Port, answer);
        var failure = (await Ask(api, $"http://joe:secret@127.0.0.1:{proxy.Port}"))!;
        Assert.That(failure.ToString(), Does.Contain($"the proxy 127.0.0.1:{proxy.Port} ").And.Contains(says).And.Not.Contains("secret").And.Not.Contains("joe"));
        Assert.That((failure.IsWithoutAnswer, failure.IsRefused), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task A_proxy_that_is_not_there_is_named_and_not_its_login()
    {
        using var certificate = _authority.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        var port = FreePort.Next();
        Assert.That((await Ask(api, $"http://joe:secret@127.0.0.1:{port}"))!.ToString(),
            Does.Contain($"the proxy 127.0.0.1:{port} cannot be reached: ").And.Not.Contains("secret").And.Not.Contains("joe"));
    }

    [Test]
    public async Task A_server_without_tls_has_its_requests_sent_to_the_proxy()
    {
        await using var api = await ScriptedApi.Start(); // stands for the proxy
        var address = ClusterAddress.Find(Kubeconfig("http://api.example:8080", $"http://127.0.0.1:{api.Port}")).Address!;
        using var client = new ApiClient(address, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, NullLogger.Instance);
        var get = client.GetAsync(Resources.StorageClasses, s_key, default).WithinLimit();
        var request = await api.Request();
        await request.Reply(200, "{}");
        Assert.That((await get).IsSuccess, Is.True);
        Assert.That(request.Headers.Host.ToString(), Is.EqualTo("api.example:8080"));
    }

    [TestCase(false, "", ExpectedResult = "methods 0 login  to 127.0.0.1:")]
    [TestCase(true, "joe:s%40cret@", ExpectedResult = "methods 0,2 login joe:s@cret to 127.0.0.1:")]
    public async Task<string> A_socks_proxy_is_asked_likewise(bool wantsLogin, string login)
    {
        using var certificate = _authority.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        await using var proxy = ScriptedProxy.Socks(api.Port, wantsLogin);
        Assert.That(await Ask(api, $"socks5://{login}127.0.0.1:{proxy.Port}"), Is.Null);
        var asked = await proxy.Asked();
        Assert.That(asked, Does.EndWith($":{api.Port}"));
        return asked[..^$"{api.Port}".Length];
    }

    [Test]
    public async Task What_a_socks_proxy_says_against_it_is_told()
    {
        using var certificate = _authority.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        await using var proxy = ScriptedProxy.Socks(api.Port, wantsLogin: false, answer: 2);
        Assert.That((await Ask(api, $"socks5://127.0.0.1:{proxy.Port}"))!.ToString(), Does.Contain($"the proxy 127.0.0.1:{proxy.Port} did not connect us to 127.0.0.1:{api.Port}: not allowed"));
    }

    [TestCase("joe:secret@p:3128")]
    [TestCase("ftp://joe:secret@p")]
    [TestCase("http://joe:secret@p:port")]
    public void A_proxy_url_that_is_none_is_told_without_repeating_it(string proxy)
    {
        var error = ClusterAddress.Find(Kubeconfig("https://api.example", proxy)).Error;
        Assert.That(error, Does.Contain("proxy-url is no address of a proxy; it should look like http://host:port").And.Not.Contains("secret").And.Not.Contains("joe"));
    }

    private async Task<ApiFailure?> Ask(ScriptedApi api, string proxy)
    {
        using var client = new ApiClient(ClusterAddress.Find(Kubeconfig(api.Url, proxy)).Address!, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, NullLogger.Instance);
        return await Ask(api, client);
    }

    private static async Task<ApiFailure?> Ask(ScriptedApi api, ApiClient client)
    {
        var get = client.GetAsync(Resources.StorageClasses, s_key, default).WithinLimit();
        var next = api.Request();
        if (await Task.WhenAny(get, next) == next) await (await next).Reply(200, "{}");
        return (await get).Failure;
    }

    private string Kubeconfig(string server, string? proxy)
    {
        var path = _directory.File("config");
        File.WriteAllText(path, $$$"""
            current-context: here
            contexts: [{name: here, context: {cluster: c}}]
            clusters: [{name: c, cluster: {server: "{{{server}}}", certificate-authority-data: {{{Base64(_authority.Pem)}}} {{{(proxy is null ? "" : $", proxy-url: '{proxy}'")}}} }}]
            """);
        return path;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
