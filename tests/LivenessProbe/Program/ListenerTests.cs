using System.Net;
using System.Net.Sockets;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Program;

/// <summary>Where the published program listens, for what, and for whom (liveness contract 7).</summary>
internal sealed class ListenerTests
{
    private ProcessRig _rig = null!;

    [SetUp]
    public void Begin() => _rig = new ProcessRig();

    [TearDown]
    public ValueTask End() => _rig.DisposeAsync();

    [TestCase("HEAD", "/healthz", HttpStatusCode.OK)] // 19
    [TestCase("POST", "/healthz", HttpStatusCode.OK)]
    [TestCase("GET", "/healthz?verbose", HttpStatusCode.OK)]
    [TestCase("GET", "/healthz/", HttpStatusCode.NotFound)] // 20
    [TestCase("GET", "/", HttpStatusCode.NotFound)]
    [TestCase("GET", "/livez", HttpStatusCode.NotFound)]
    [TestCase("GET", "/healthz/leader-election", HttpStatusCode.NotFound)]
    [TestCase("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    public async Task Only_the_paths_of_the_contract_are_answered_whatever_the_method(string method, string path, HttpStatusCode expected)
    {
        var (_, url) = await _rig.StartListening();
        using var request = new HttpRequestMessage(new HttpMethod(method), url + path);
        using var response = await _rig.Http.SendAsync(request).WithinLimit();
        Assert.That(response.StatusCode, Is.EqualTo(expected));
    }

    [Test] // 12
    public async Task The_port_alone_is_every_address_of_both_families_without_metrics()
    {
        await _rig.Driver.StartAsync();
        var port = FreePort.Next();
        await ProcessRig.UrlOf(_rig.Start($"--health-port={port}"));
        Assert.That((await _rig.Get($"http://127.0.0.1:{port}/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        if (Socket.OSSupportsIPv6) Assert.That((await _rig.Get($"http://[::1]:{port}/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _rig.Get($"http://127.0.0.1:{port}/metrics")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test] // 14
    public async Task Metrics_can_have_a_listener_of_their_own()
    {
        await _rig.Driver.StartAsync();
        var (health, metrics) = (FreePort.Next(), FreePort.Next());
        var program = _rig.Start($"--health-port={health}", $"--metrics-address=127.0.0.1:{metrics}");
        await program.WaitForErrorLine(l => l.Contains("Listening for HTTP", StringComparison.Ordinal) && l.Contains($":{health}", StringComparison.Ordinal));
        Assert.That((await _rig.Get($"http://127.0.0.1:{metrics}/metrics")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _rig.Get($"http://127.0.0.1:{metrics}/healthz")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _rig.Get($"http://127.0.0.1:{health}/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _rig.Get($"http://127.0.0.1:{health}/metrics")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test] // 15, 25
    public async Task The_path_of_the_metrics_is_a_flag_and_the_socket_may_be_a_url()
    {
        await _rig.Driver.StartAsync();
        var url = await ProcessRig.UrlOf(_rig.Start($"--csi-address=unix://{_rig.Driver.SocketPath}", "--http-endpoint=127.0.0.1:0", "--metrics-path=/m"));
        Assert.That((await _rig.Get(url + "/m")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _rig.Get(url + "/metrics")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("-S -n 1024", 2100, Description = "it takes what it may")]
    [TestCase("-n 1024", 900)]
    [TestCase("-n 64", 55)]
    public async Task A_crowd_of_silent_clients_keeps_nobody_out_and_leaves_descriptors_to_the_rest(string limits, int most)
    {
        var (program, url) = await _rig.StartLimited(limits);
        var crowd = new List<TcpClient>();
        for (var i = 0; i < 2200; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, new Uri(url).Port).WithinLimit();
            crowd.Add(client);
        }
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        Assert.That(ProcessFacts.Of(program.Id).Descriptors, Is.LessThan(most).And.GreaterThan(most / 2));
        await _rig.Driver.StopAsync();
        await _rig.Driver.StartAsync();
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")), "a new connection to the driver can be made");
        Assert.That(program.ErrorLines, Has.None.Contains("Could not accept"));
        crowd.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task Metrics_on_the_address_of_the_health_check_end_it_with_1()
    {
        await _rig.Driver.StartAsync();
        var port = FreePort.Next();
        var program = _rig.Start($"--health-port={port}", $"--metrics-address=:{port}");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains($"cannot listen on :{port}"));
    }

    [Test]
    public async Task Crowds_at_both_listeners_keep_nobody_out()
    {
        await _rig.Driver.StartAsync();
        var (health, metrics) = (FreePort.Next(), FreePort.Next());
        var program = _rig.StartWith("-n 64", $"--health-port={health}", $"--metrics-address=127.0.0.1:{metrics}");
        await program.WaitForErrorLine(l => l.Contains("Listening for HTTP", StringComparison.Ordinal) && l.Contains($":{health}", StringComparison.Ordinal));
        var crowd = new List<TcpClient>();
        foreach (var port in (int[])[health, metrics])
            for (var i = 0; i < 100; i++)
            {
                var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port).WithinLimit();
                crowd.Add(client);
            }
        await _rig.Driver.StopAsync();
        await _rig.Driver.StartAsync();
        Assert.That(await _rig.Get($"http://127.0.0.1:{health}/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        Assert.That((await _rig.Get($"http://127.0.0.1:{metrics}/metrics")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(program.ErrorLines, Has.None.Contains("Could not accept"));
        crowd.ForEach(client => client.Dispose());
    }

    [Test] // 12, 13
    public async Task By_default_it_listens_on_9808_and_with_an_endpoint_nobody_does()
    {
        await _rig.Driver.StartAsync();
        var program = _rig.Start("--http-endpoint=127.0.0.1:0");
        await ProcessRig.UrlOf(program);
        Assert.That(async () => await _rig.Get("http://127.0.0.1:9808/healthz"), Throws.InstanceOf<HttpRequestException>());
        Assert.That(await ProcessRig.UrlOf(_rig.Start()), Does.EndWith(":9808"));
        Assert.That((await _rig.Get("http://127.0.0.1:9808/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _rig.Get("http://127.0.0.1:9808/metrics")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("--http-endpoint=127.0.0.1:{0}", "--http-endpoint")]
    [TestCase("--health-port={0}", "--health-port")]
    [TestCase("--metrics-address=127.0.0.1:{0}", "--metrics-address")]
    public async Task A_port_in_use_ends_it_with_1(string flag, string named)
    {
        using var holder = new TcpListener(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        if (Socket.OSSupportsIPv6) holder.Server.DualMode = true;
        holder.Start();
        await _rig.Driver.StartAsync();
        var program = _rig.Start(flag.Replace("{0}", $"{((IPEndPoint)holder.LocalEndpoint).Port}", StringComparison.Ordinal));
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("another container of the pod").And.Some.Contains(named));
    }

    [Test]
    public async Task A_port_that_is_no_number_ends_it_with_1()
    {
        await _rig.Driver.StartAsync();
        var program = _rig.Start("--health-port=abc");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("listen address").And.Some.Contains(":abc"));
    }
}
