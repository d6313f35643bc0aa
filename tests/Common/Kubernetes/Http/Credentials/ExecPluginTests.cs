using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Tests.Http.Connections;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Credentials;

/// <summary>Plug-ins are shell scripts beside the kubeconfig; each run of the counting one is a line in the file <c>runs</c>, and its token says which it was.</summary>
public sealed class ExecPluginTests
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private const string Counting = """
        echo run >> "$(dirname "$0")/runs"
        n=$(wc -l < "$(dirname "$0")/runs")
        echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t'$n'","expirationTimestamp":'$EXPIRES'}}'
        """;

    private static readonly ObjectKey s_key = new(null, "a");

    private readonly TemporaryDirectory _directory = new();
    private readonly ObservedTime _time = new();
    private readonly TestAuthority _root = new("root");

    [TearDown]
    public void CleanUp()
    {
        _directory.Dispose();
        _root.Dispose();
    }

    [Test]
    public async Task One_process_serves_all_who_wait_and_another_those_who_were_refused()
    {
        await using var api = await ScriptedApi.Start();
        var address = Address(api.Url, Counting, "env: [{name: EXPIRES, value: 'null'}]");
        using var one = Client(address);
        using var other = Client(address);
        Assert.That(await Sent(refuse: true), Is.EqualTo(new[] { "Bearer t1" }));
        Assert.That(await Sent(refuse: false), Is.EqualTo(new[] { "Bearer t2" }));
        Assert.That(await Sent(refuse: false), Is.EqualTo(new[] { "Bearer t2" }));
        Assert.That(Runs(), Is.EqualTo(2));

        async Task<string[]> Sent(bool refuse)
        {
            var gets = Enumerable.Range(0, 20).Select(i => (i % 2 is 0 ? one : other).GetAsync(Resources.StorageClasses, s_key, default).WithinLimit()).ToArray();
            var requests = new List<ScriptedRequest>();
            for (var i = 0; i < gets.Length; i++) requests.Add(await api.Request());
            foreach (var request in requests) await (refuse ? request.Refuse(401, "Unauthorized") : request.Reply(200, "{}"));
            await Task.WhenAll(gets);
            return [.. requests.Select(r => r.Headers.Authorization.ToString()).Distinct()];
        }
    }

    [Test]
    public async Task Credentials_are_got_anew_before_they_expire()
    {
        await using var api = await ScriptedApi.Start();
        using var client = Client(Address(api.Url, Counting, $"env: [{{name: EXPIRES, value: '\"{In(100)}\"'}}]"));
        Assert.That(await Sent(api, client), Is.EqualTo("Bearer t1"));
        _time.Advance(TimeSpan.FromSeconds(89));
        Assert.That(await Sent(api, client), Is.EqualTo("Bearer t1"));
        Assert.That(Runs(), Is.EqualTo(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await Sent(api, client), Is.EqualTo("Bearer t1"), "nobody waits for it while the old ones are good");
        while (await Sent(api, client) is "Bearer t1")
        {
            // The new ones are on their way.
        }
        Assert.That(Runs(), Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task Credentials_that_have_expired_are_not_sent()
    {
        await using var api = await ScriptedApi.Start();
        using var client = Client(Address(api.Url, Counting, $"env: [{{name: EXPIRES, value: '\"{In(100)}\"'}}]"));
        Assert.That(await Sent(api, client), Is.EqualTo("Bearer t1"));
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.That(await Sent(api, client), Is.EqualTo("Bearer t2"));
    }

    [Test]
    public async Task A_certificate_of_a_plug_in_is_presented_and_another_one_over_a_new_connection()
    {
        using var certificate = _root.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate, asksForCertificate: true);
        Give("me");
        using var client = Client(Address(server.Url, "cat \"$(dirname \"$0\")/../answer\""));
        Assert.That(await Presented(), Is.EqualTo("CN=me"));
        Assert.That(await Presented(), Is.EqualTo("CN=me"));
        Give("you");
        Assert.That(await Presented(), Is.EqualTo("CN=me"), "the first has not expired");
        _time.Advance(TimeSpan.FromSeconds(100));
        Give("you");
        Assert.That(await Presented(), Is.EqualTo("CN=you"));
        Give("them");
        server.Answer = 401;
        Assert.That(await Presented(), Is.EqualTo("CN=you"));
        Assert.That(await Presented(), Is.EqualTo("CN=them"), "the one before was refused");

        async Task<string> Presented()
        {
            await client.GetAsync(Resources.StorageClasses, s_key, default).WithinLimit();
            return (await server.Request()).Certificates[0];
        }

        void Give(string name)
        {
            var (crt, key) = _root.Client(name);
            File.WriteAllText(_directory.File("answer"), new JsonObject
            {
                ["kind"] = "ExecCredential",
                ["apiVersion"] = V1,
                ["status"] = new JsonObject { ["clientCertificateData"] = crt, ["clientKeyData"] = key, ["expirationTimestamp"] = In(100) },
            }.ToJsonString());
        }
    }

    [TestCase("", "", """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}""")]
    [TestCase("interactiveMode: Never", "", """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}""")]
    [TestCase("provideClusterInfo: true",
        ", tls-server-name: api.example, certificate-authority-data: CA, proxy-url: 'http://PROXY', extensions: [{name: other, extension: 1}, {name: client.authentication.k8s.io/exec, extension: {audience: x, some: ['1', 2, true, null]}}]",
        """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false,"cluster":{"server":"URL","tls-server-name":"api.example","certificate-authority-data":"CA","proxy-url":"http://PROXY","config":{"audience":"x","some":["1",2,true,null]}}}}""")]
    [TestCase("provideClusterInfo: true", ", insecure-skip-tls-verify: true, certificate-authority: ca.crt",
        """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false,"cluster":{"server":"URL","insecure-skip-tls-verify":true,"certificate-authority-data":"CA"}}}""")]
    public async Task A_plug_in_is_told_what_it_is_run_for(string exec, string cluster, string told)
    {
        await using var api = await ScriptedApi.Start(); // stands for the proxy too
        await File.WriteAllTextAsync(_directory.File("ca.crt"), _root.Pem);
        // The certificate comes last: what stands in it by chance is not filled in.
        var root = Convert.ToBase64String(Encoding.UTF8.GetBytes(_root.Pem));
        string Filled(string text) => text.Replace("PROXY", $"127.0.0.1:{api.Port}", StringComparison.Ordinal).Replace("URL", api.Url, StringComparison.Ordinal)
            .Replace("CA\"", $"{root}\"", StringComparison.Ordinal).Replace("CA,", $"{root},", StringComparison.Ordinal);
        using var client = Client(Address(api.Url, """
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/told"
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'$1-$GIVEN'"}}'
            """, $"args: [first], env: [{{name: GIVEN, value: second}}], {exec}", Filled(cluster)));
        Assert.That(await Sent(api, client), Is.EqualTo("Bearer first-second"));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(_directory.File("bin/told"))), JsonNode.Parse(Filled(told))), Is.True,
            await File.ReadAllTextAsync(_directory.File("bin/told")));
    }

    [TestCase("echo try again >&2; echo no login >&2; exit 3", "it ended with 3: no login")]
    [TestCase("exit 1", "it ended with 1")]
    [TestCase("echo secret", "what it wrote is no ExecCredential in JSON")]
    [TestCase("while :; do echo secret; done", "it writes without end")]
    [TestCase("#!/no/such/interpreter", "")]
    public async Task A_plug_in_that_fails_is_named(string script, string says)
    {
        await using var api = await ScriptedApi.Start();
        using var client = Client(Address(api.Url, script));
        var failure = (await client.GetAsync(Resources.StorageClasses, s_key, default).WithinLimit()).Failure!;
        Assert.That(failure.ToString(), Does.Contain($"no token to send: the credential plug-in \"./bin/plugin\" gave no credentials: {says}").And.Not.Contains("secret"));
        Assert.That(failure.IsRefused, Is.True);
    }

    [Test]
    public async Task A_plug_in_that_hangs_is_ended_and_named()
    {
        await using var api = await ScriptedApi.Start();
        using var client = Client(Address(api.Url, "mkfifo \"$0.never\"; echo $$ > \"$0.pid\"; read line < \"$0.never\""));
        var get = client.GetAsync(Resources.StorageClasses, s_key, default).WithinLimit();
        await _time.Pass(TimeSpan.FromSeconds(30));
        Assert.That((await get).Failure!.ToString(), Does.Contain("the credential plug-in \"./bin/plugin\" gave no credentials: it was not done within 30 s"));
    }

    [TestCase("command: no-such-command, installHint: get it from example.com", "there is no such command in PATH; get it from example.com")]
    [TestCase("command: plugin", "there is no such command in PATH", Description = "a bare name is not looked for beside the kubeconfig")]
    [TestCase("command: ./no/plugin", "there is no ")]
    [TestCase("command: ''", "no command is named")]
    [TestCase("command: sh, interactiveMode: Sometimes", "its interactiveMode has to be Never, IfAvailable or Always")]
    [TestCase("command: sh, interactiveMode: Always", "it wants to ask somebody (interactiveMode Always), and there is no terminal")]
    [TestCase("command: sh, apiVersion: client.authentication.k8s.io/v1alpha1", "its apiVersion has to be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1")]
    public void A_plug_in_that_can_never_run_is_told_at_the_start(string exec, string says)
    {
        Write("plugin", "exit 0");
        var section = exec.Contains("apiVersion", StringComparison.Ordinal) ? exec : $"apiVersion: {V1}, {exec}";
        Assert.That(Find("http://a", section, "").Error, Does.Contain("the credential plug-in \"").And.Contains($"\" gave no credentials: {says}"));
    }

    [Test]
    public async Task A_bare_name_is_looked_for_in_PATH()
    {
        await using var api = await ScriptedApi.Start();
        var answer = $$"""{"kind":"ExecCredential","apiVersion":"{{V1}}","status":{"token":"x"} }""";
        using var client = Client(Find(api.Url, $"apiVersion: {V1}, command: printf, args: ['%s', '{answer}']", "").Address!);
        Assert.That(await Sent(api, client), Is.EqualTo("Bearer x"));
    }

    private string In(int seconds) => _time.GetUtcNow().AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private int Runs() => File.ReadAllLines(_directory.File("bin/runs")).Length;

    private static async Task<string> Sent(ScriptedApi api, ApiClient client)
    {
        var get = client.GetAsync(Resources.StorageClasses, s_key, default).WithinLimit();
        var next = api.Request();
        if (await Task.WhenAny(get, next) == get) Assert.Fail($"{(await get).Failure}");
        var request = await next;
        await request.Reply(200, "{}");
        Assert.That((await get).IsSuccess, Is.True);
        return request.Headers.Authorization.ToString();
    }

    private ApiClient Client(ClusterAddress address) => new(address, new ApiClientOptions { UserAgent = "test", Timeout = TimeSpan.FromHours(1) }, _time, NullLogger.Instance);

    private ClusterAddress Address(string url, string script, string exec = "", string cluster = "")
    {
        Write("plugin", script);
        var (address, error) = Find(url, $"apiVersion: {V1}, command: ./bin/plugin, {exec}", cluster);
        Assert.That(error, Is.Null);
        return address!;
    }

    private void Write(string name, string script)
    {
        Directory.CreateDirectory(_directory.File("bin"));
        var path = _directory.File($"bin/{name}");
        File.WriteAllText(path, script.StartsWith("#!", StringComparison.Ordinal) ? script : $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private (ClusterAddress? Address, string? Error) Find(string url, string exec, string cluster)
    {
        var path = _directory.File("config");
        var authority = url.StartsWith("https", StringComparison.Ordinal) ? $", certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(_root.Pem))}" : "";
        File.WriteAllText(path, $$$"""
            current-context: here
            contexts: [{name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{url}}}" {{{authority}}} {{{cluster}}} }}]
            users: [{name: u, user: {exec: { {{{exec}}} } }}]
            """);
        return ClusterAddress.Find(path, "", _time);
    }
}
