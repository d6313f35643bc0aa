using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Connections;

public sealed class RotationTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly TemporaryDirectory _directory = new();
    private readonly ObservedTime _time = new();
    private readonly TestAuthority _root = new("root");
    private MountedVolume _volume = null!;

    [SetUp]
    public void Mount() => _volume = new MountedVolume(_directory.Path);

    [TearDown]
    public void CleanUp()
    {
        _directory.Dispose();
        _root.Dispose();
    }

    [Test]
    public async Task An_authority_that_is_rotated_behind_a_link_is_trusted_by_the_next_connection()
    {
        using var next = new TestAuthority("next");
        using var before = _root.Server("127.0.0.1");
        using var after = next.Server("127.0.0.1");
        await using var old = new HandshakeServer(() => before);
        await using var @new = new HandshakeServer(() => after);
        _volume.Write(("ca.crt", _root.Pem));
        var (toOld, toNew) = (Address(old.Url, "", "certificate-authority: ca.crt"), Address(@new.Url, "", "certificate-authority: ca.crt"));
        Assert.That((await Ask(toOld), await Ask(toNew)), Is.EqualTo((true, false)));

        foreach (var unfinished in new[] { "", "half a fi", next.Pem[..(next.Pem.Length / 2)], next.Pem + "\n" + _root.Pem[..^30] })
        {
            _volume.Write(("ca.crt", unfinished));
            Assert.That((await Ask(toOld), await Ask(toNew)), Is.EqualTo((true, false)), $"what is not whole changes nothing: {unfinished}");
        }
        _volume.Write();
        Assert.That((await Ask(toOld), await Ask(toNew)), Is.EqualTo((true, false)), "nor does what is not there");

        _volume.Write(("ca.crt", next.Pem));
        Assert.That((await Ask(toOld), await Ask(toNew)), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task A_client_certificate_that_is_rotated_behind_a_link_is_presented_within_a_minute_over_a_new_connection()
    {
        var (me, you) = (_root.Client("me"), _root.Client("you"));
        using var certificate = _root.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate, asksForCertificate: true);
        _volume.Write(("me.crt", me.Certificate), ("me.key", me.Key));
        using var client = Client(server.Url, "client-certificate: me.crt, client-key: me.key");
        Assert.That(await Presented(), Is.EqualTo("CN=me"));
        Assert.That(await Presented(), Is.EqualTo("CN=me"));

        foreach (var (crt, key) in new[] { (you.Certificate, me.Key), (me.Certificate, you.Key), (you.Certificate, ""), (you.Certificate, you.Key[..^40]), ("", you.Key), (you.Certificate + "\n" + _root.Pem[..^30], you.Key) })
        {
            _volume.Write(("me.crt", crt), ("me.key", key));
            _time.Advance(s_minute);
            Assert.That(await Presented(), Is.EqualTo("CN=me"), "a certificate without its key changes nothing");
        }

        _volume.Write(("me.crt", you.Certificate), ("me.key", you.Key));
        Assert.That(await Presented(), Is.EqualTo("CN=me"), "the minute is not over");
        _time.Advance(s_minute);
        Assert.That(await Presented(), Is.EqualTo("CN=you"));
        Assert.That(await Presented(), Is.EqualTo("CN=you"));

        async Task<string> Presented()
        {
            Assert.That((await Get(client)).IsSuccess, Is.True);
            return (await server.Request()).Certificates[0];
        }
    }

    [Test]
    public async Task A_client_certificate_that_is_refused_is_looked_for_at_once()
    {
        var (me, you) = (_root.Client("me"), _root.Client("you"));
        using var certificate = _root.Server("127.0.0.1");
        await using var server = new HandshakeServer(() => certificate, asksForCertificate: true) { Answer = 401 };
        _volume.Write(("me.crt", me.Certificate), ("me.key", me.Key));
        using var client = Client(server.Url, "client-certificate: me.crt, client-key: me.key");
        await Get(client);
        _volume.Write(("me.crt", you.Certificate), ("me.key", you.Key));
        await Get(client);
        Assert.That(((await server.Request()).Certificates[0], (await server.Request()).Certificates[0]), Is.EqualTo(("CN=me", "CN=you")));
    }

    [Test]
    public async Task What_runs_while_a_client_certificate_is_rotated_runs_on()
    {
        var (me, you) = (_root.Client("me"), _root.Client("you"));
        using var certificate = _root.Server("127.0.0.1");
        await using var api = await ScriptedApi.Start(() => certificate, asksForCertificate: true);
        _volume.Write(("me.crt", me.Certificate), ("me.key", me.Key));
        using var client = Client(api.Url, "client-certificate: me.crt, client-key: me.key");
        var first = Get(client);
        var running = await api.Request();

        _volume.Write(("me.crt", you.Certificate), ("me.key", you.Key));
        _time.Advance(s_minute);
        var second = Get(client);
        var next = await api.Request();
        await next.Reply(200, "{}");
        Assert.That((await second).IsSuccess, Is.True);
        await running.Reply(200, "{}");
        Assert.That((await first).IsSuccess, Is.True);
        Assert.That((running.ClientCertificateSubject, next.ClientCertificateSubject), Is.EqualTo(("CN=me", "CN=you")));
    }

    [Test]
    public async Task A_token_that_is_rotated_behind_a_link_is_sent_and_one_that_is_not_there_changes_nothing()
    {
        await using var api = await ScriptedApi.Start();
        _volume.Write(("token", "one"));
        using var client = Client(api.Url, "tokenFile: token");
        Assert.That(await Sent(), Is.EqualTo("Bearer one"));
        foreach (var (text, expected) in new[] { ("two", "Bearer two"), ("", "Bearer two"), ("\n", "Bearer two"), ("three\n", "Bearer three") })
        {
            _volume.Write(("token", text));
            _time.Advance(s_minute);
            Assert.That(await Sent(), Is.EqualTo(expected));
        }
        _volume.Write();
        _time.Advance(s_minute);
        Assert.That(await Sent(), Is.EqualTo("Bearer three"));

        async Task<string> Sent()
        {
            var get = Get(client);
            var request = await api.Request();
            await request.Reply(200, "{}");
            await get;
            return request.Headers.Authorization.ToString();
        }
    }

    private static Task<ApiResult<StorageClass>> Get(ApiClient client) => client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();

    private async Task<bool> Ask(ClusterAddress address)
    {
        using var client = new ApiClient(address, new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        return (await Get(client)).IsSuccess;
    }

    private ApiClient Client(string url, string user) =>
        new(Address(url, user, $"certificate-authority-data: {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(_root.Pem))}"),
            new ApiClientOptions { UserAgent = "test", Timeout = TimeSpan.FromHours(1) }, _time, NullLogger.Instance);

    private ClusterAddress Address(string url, string user, string cluster)
    {
        var path = _directory.File("config");
        File.WriteAllText(path, $$$"""
            current-context: here
            contexts: [{name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{url}}}", {{{cluster}}} }}]
            users: [{name: u, user: { {{{user}}} }}]
            """);
        return ClusterAddress.Find(path, "", _time).Address!;
    }
}
