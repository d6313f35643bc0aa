using System.Text;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Connections;

public sealed class ConnectionOptionsTests
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new("one");

    [TearDown]
    public void CleanUp()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [TestCase("", true, 30, 15, 0)]
    [TestCase("DISABLE_HTTP2=1", false, 30, 15, 0)]
    [TestCase("DISABLE_HTTP2=false", false, 30, 15, 0, Description = "whatever it holds")]
    [TestCase("DISABLE_HTTP2=", true, 30, 15, 0)]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=5 HTTP2_PING_TIMEOUT_SECONDS=3", true, 5, 3, 0)]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=+5", true, 5, 15, 0)]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=0", true, null, 15, 0, Description = "no pings")]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=-1", true, null, 15, 0)]
    [TestCase("HTTP2_PING_TIMEOUT_SECONDS=0", true, 30, 15, 0)]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=5s", true, 30, 15, 1)]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=1.5 HTTP2_PING_TIMEOUT_SECONDS=x", true, 30, 15, 2)]
    public void The_environment_says_how_connections_are_kept(string environment, bool http2, int? pingAfter, int pingTimeout, int warnings)
    {
        var options = From(environment);
        Assert.That((options.AllowsHttp2, options.PingAfter?.TotalSeconds, options.PingTimeout.TotalSeconds, options.Warnings.Count), Is.EqualTo((http2, (double?)pingAfter, (double)pingTimeout, warnings)));
    }

    [Test]
    public void What_is_no_number_is_told()
    {
        var log = new RecordingLogger();
        using var client = new ApiClient(ClusterAddress.Find("", "http://a").Address!,
            new ApiClientOptions { UserAgent = "test", Connections = From("HTTP2_PING_TIMEOUT_SECONDS=soon") }, TimeProvider.System, log);
        Assert.That(log.Entries.Single().ToString(), Does.Contain("HTTP2_PING_TIMEOUT_SECONDS is no whole number of seconds, using 15: soon"));
    }

    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=7 HTTP2_PING_TIMEOUT_SECONDS=3", 7.0, 3.0)]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=0", -0.001, 15.0)]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=9223372036854775807", 4294967.294, 15.0)]
    public void The_handler_is_told(string environment, double delay, double timeout)
    {
        using var handler = (SocketsHttpHandler)ClusterHandler.For(ClusterAddress.Find("", "https://a").Address!, From(environment));
        Assert.That((handler.KeepAlivePingDelay.TotalSeconds, handler.KeepAlivePingTimeout.TotalSeconds), Is.EqualTo((delay, timeout)));
    }

    [TestCase("", ExpectedResult = "HTTP/2")]
    [TestCase("DISABLE_HTTP2=1", ExpectedResult = "HTTP/1.1")]
    [TestCase("HTTP2_READ_IDLE_TIMEOUT_SECONDS=9223372036854775807 HTTP2_PING_TIMEOUT_SECONDS=9223372036854775807", ExpectedResult = "HTTP/2")]
    public async Task<string> The_newest_protocol_is_spoken_that_may_be(string environment)
    {
        using var certificate = _authority.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        using var client = Client(api, From(environment), "");
        var get = client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();
        var request = await api.Request();
        await request.Reply(200, "{}");
        Assert.That((await get).IsSuccess, Is.True);
        return request.Protocol;
    }

    [Test]
    public async Task A_server_that_vanishes_without_closing_is_noticed_by_tight_pings_and_asked_again_over_a_new_connection()
    {
        using var certificate = _authority.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate);
        await using var proxy = ScriptedProxy.Http(api.Port);
        var tight = new ConnectionOptions { PingAfter = TimeSpan.FromSeconds(1), PingTimeout = TimeSpan.FromSeconds(1) };
        using var client = Client(api, tight, $", proxy-url: http://127.0.0.1:{proxy.Port}");
        var get = client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();
        await api.Request();
        proxy.Vanish();
        await (await api.Request()).Reply(200, "{}");
        Assert.That((await get).IsSuccess, Is.True);
    }

    private static ConnectionOptions From(string environment)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        return ConnectionOptions.From(variables.GetValueOrDefault);
    }

    private ApiClient Client(ScriptedApi api, ConnectionOptions options, string cluster)
    {
        var path = _directory.File("config");
        File.WriteAllText(path, $$$"""
            current-context: here
            contexts: [{name: here, context: {cluster: c}}]
            clusters: [{name: c, cluster: {server: "{{{api.Url}}}", certificate-authority-data: {{{Convert.ToBase64String(Encoding.UTF8.GetBytes(_authority.Pem))}}} {{{cluster}}} }}]
            """);
        return new ApiClient(ClusterAddress.Find(path).Address!, new ApiClientOptions { UserAgent = "test", Connections = options }, TimeProvider.System, new RecordingLogger());
    }
}
