using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http;

public sealed class ClusterAddressTests
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ObservedTime _time = new();

    [TearDown]
    public void CleanUp() => _directory.Dispose();

    [TestCase("token: abc", ExpectedResult = "Bearer abc")]
    [TestCase("tokenFile: token.txt", ExpectedResult = "Bearer from-file", Description = "relative to the kubeconfig")]
    [TestCase("{token: abc, tokenFile: token.txt}", ExpectedResult = "Bearer from-file")]
    [TestCase("{username: joe, password: secret}", ExpectedResult = "Basic am9lOnNlY3JldA==")]
    [TestCase("{}", ExpectedResult = "")]
    [TestCase("{exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [plugin.sh]}}", ExpectedResult = "Bearer from-plugin")]
    public async Task<string> Credentials_of_a_kubeconfig_are_sent(string user)
    {
        await using var api = await ScriptedApi.Start();
        await File.WriteAllTextAsync(_directory.File("token.txt"), "from-file\n");
        var plugin = _directory.File("plugin.sh");
        await File.WriteAllTextAsync(plugin,
            """echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'""");
        return (await SentTo(api, Kubeconfig(api.Url, user.Replace("plugin.sh", plugin, StringComparison.Ordinal)))).Headers.Authorization.ToString();
    }

    [Test]
    public async Task Impersonation_is_sent()
    {
        await using var api = await ScriptedApi.Start();
        var headers = (await SentTo(api, Kubeconfig(api.Url, "{token: a, as: joe, as-uid: '7', as-groups: [g1, g2], as-user-extra: {scope: [x]}}"))).Headers;
        Assert.That(new[] { headers["Impersonate-User"].ToString(), headers["Impersonate-Uid"].ToString(), headers["Impersonate-Group"].ToString(), headers["Impersonate-Extra-scope"].ToString() },
            Is.EqualTo(new[] { "joe", "7", "g1,g2", "x" }).Or.EqualTo(new[] { "joe", "7", "g1, g2", "x" }));
    }

    [Test]
    public async Task The_path_of_a_server_comes_before_every_path()
    {
        await using var api = await ScriptedApi.Start();
        Assert.That((await SentTo(api, Kubeconfig(api.Url + "/clusters/c1/", "{}"))).Target, Is.EqualTo("/clusters/c1/apis/storage.k8s.io/v1/storageclasses/a"));
    }

    [Test]
    public void Master_replaces_the_server_and_stands_alone()
    {
        var file = Kubeconfig("http://elsewhere:1", "{token: a}");
        Assert.That(ClusterAddress.Find(file, "http://here:2").Address!.Server.ToString(), Is.EqualTo("http://here:2/"));
        Assert.That(ClusterAddress.Find(file, "http://here:2").Address!.Token, Is.EqualTo("a"));
        Assert.That(ClusterAddress.Find("", "http://here:2").Address!.Server.ToString(), Is.EqualTo("http://here:2/"));
        Assert.That(ClusterAddress.Find("", "localhost:8080").Address!.Server.ToString(), Is.EqualTo("http://localhost:8080/"));
        Assert.That(ClusterAddress.Find("", "ftp://x").Error, Is.EqualTo("unable to use --master: \"ftp://x\" is no address of a server; it should look like https://host:port"));
    }

    [TestCase("", "it is empty or no kubeconfig at all")]
    [TestCase("just text", "it is empty or no kubeconfig at all")]
    [TestCase("a: [", "")]
    [TestCase("{clusters: []}", "no current-context is set in it; choose one with: kubectl config use-context")]
    [TestCase("{current-context: nowhere}", "context \"nowhere\" is named in it but not defined under contexts")]
    [TestCase("{current-context: c, contexts: [{name: c}]}", "context \"c\" names no cluster")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x}}]}", "cluster \"x\" is named in it but not defined under clusters")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x, user: u}}], clusters: [{name: x, cluster: {server: 'http://a'}}]}",
        "user \"u\" is named in it but not defined under users")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x}}], clusters: [{name: x}]}", "cluster \"x\" has no server")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x}}], clusters: [{name: x, cluster: {server: 'https://a', certificate-authority: gone.crt}}]}", "gone.crt")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x}}], clusters: [{name: x, cluster: {server: 'https://a', certificate-authority-data: '%%'}}]}",
        "certificate-authority-data is not base64")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x, user: u}}], clusters: [{name: x, cluster: {server: 'http://a'}}], users: [{name: u, user: {client-certificate-data: YQ==}}]}",
        "the user has a client-certificate and no client-key")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x, user: u}}], clusters: [{name: x, cluster: {server: 'http://a'}}], users: [{name: u, user: {client-certificate-data: YQ==, client-key-data: YQ==}}]}",
        "client-certificate and client-key cannot be used: ")]
    [TestCase("{current-context: c, contexts: [{name: c, context: {cluster: x, user: u}}], clusters: [{name: x, cluster: {server: 'http://a'}}], users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: /no/such/plug-in}}}]}",
        "the credential plug-in \"/no/such/plug-in\" gave no credentials: ")]
    public void What_is_wrong_with_a_kubeconfig_is_said_in_a_sentence(string text, string says)
    {
        File.WriteAllText(_directory.File("config"), text);
        var (address, error) = ClusterAddress.Find(_directory.File("config"));
        Assert.That(address, Is.Null);
        Assert.That(error, Does.StartWith($"unable to load kubeconfig {_directory.File("config")}: ").And.Contains(says));
    }

    [Test]
    public void A_missing_kubeconfig_is_said_in_a_sentence() =>
        Assert.That(ClusterAddress.Find("/no/such/file").Error,
            Is.EqualTo("unable to load kubeconfig /no/such/file: there is no such file; correct --kubeconfig, or leave it out inside a pod"));

    [Test]
    public void Outside_a_pod_the_error_says_what_to_do() =>
        Assert.That(ClusterAddress.Find("").Error, Is.EqualTo(
            "unable to load in-cluster configuration: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside a pod, name a kubeconfig with --kubeconfig"));

    [TestCase("10.0.0.1", "https://10.0.0.1:443/")]
    [TestCase("fd00::1", "https://[fd00::1]/")]
    public void Inside_a_pod_the_environment_and_the_service_account_are_used(string host, string url)
    {
        File.WriteAllText(_directory.File("token"), "t");
        var address = ServiceAccount.Address(name => name is "KUBERNETES_SERVICE_HOST" ? host : "443", _directory.Path);
        Assert.That(address.Server, Is.EqualTo(new Uri(url)));
        Assert.That(address.TokenFile, Is.EqualTo(_directory.File("token")));
        Assert.That(address.Authority, Is.Null);
        Assert.That(address.Warning, Does.Contain("ca.crt cannot be read, trusting the system's authorities"));
    }

    [Test]
    public async Task A_token_file_is_read_again_before_a_minute_is_over_and_at_once_when_it_is_refused()
    {
        await using var api = await ScriptedApi.Start();
        var token = _directory.File("token");
        await File.WriteAllTextAsync(token, "one");
        using var client = new ApiClient(ClusterAddress.Find(Kubeconfig(api.Url, $"{{tokenFile: {token}}}")).Address!,
            new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        Assert.That(await Sent(), Is.EqualTo("Bearer one"));
        await File.WriteAllTextAsync(token, "two");
        _time.Advance(TimeSpan.FromSeconds(49));
        Assert.That(await Sent(), Is.EqualTo("Bearer one"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await Sent(refuse: true), Is.EqualTo("Bearer two"));
        await File.WriteAllTextAsync(token, "three");
        Assert.That(await Sent(), Is.EqualTo("Bearer three"));
        File.Delete(token);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.That(await Sent(), Is.EqualTo("Bearer three"), "a file that cannot be read keeps the token known");

        async Task<string> Sent(bool refuse = false)
        {
            var get = client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();
            var request = await api.Request();
            await (refuse ? request.Refuse(401, "Unauthorized") : request.Reply(200, "{}"));
            await get;
            return request.Headers.Authorization.ToString();
        }
    }

    [Test]
    public async Task Without_a_token_to_send_a_request_is_a_failure_that_says_so()
    {
        await using var api = await ScriptedApi.Start();
        using var client = new ApiClient(ClusterAddress.Find(Kubeconfig(api.Url, "{tokenFile: gone}")).Address!,
            new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        var failure = (await client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit()).Failure!;
        Assert.That(failure.ToString(), Does.Contain("no token to send").And.Contains(_directory.File("gone")));
    }

    private async Task<ScriptedRequest> SentTo(ScriptedApi api, string kubeconfig)
    {
        var (address, error) = ClusterAddress.Find(kubeconfig);
        Assert.That(error, Is.Null);
        using var client = new ApiClient(address!, new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        var get = client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();
        var request = await api.Request();
        await request.Reply(200, "{}");
        await get;
        return request;
    }

    private string Kubeconfig(string server, string user)
    {
        var path = _directory.File("config");
        File.WriteAllText(path, $$$"""
            apiVersion: v1
            kind: Config
            current-context: here
            contexts: [{name: other, context: {cluster: no, user: no}}, {name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{server}}}"}}]
            users:
            - name: u
              user: {{{(user.StartsWith('{') ? user : $"{{{user}}}")}}}
            """, Encoding.UTF8);
        return path;
    }
}
