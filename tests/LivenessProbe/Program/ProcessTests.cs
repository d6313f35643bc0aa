using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Program;

/// <summary>The published program as the kubelet, a scraper and an operator see it (liveness contract 7, 9 and 10).</summary>
internal sealed class ProcessTests
{
    private ProcessRig _rig = null!;

    [SetUp]
    public void Begin() => _rig = new ProcessRig();

    [TearDown]
    public ValueTask End() => _rig.DisposeAsync();

    [Test] // 1, 13, 16, 17, 18
    public async Task Checks_are_answered_and_measured()
    {
        var (_, url) = await _rig.StartListening();
        for (var i = 0; i < 5; i++) Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        _rig.Driver.Answer("Probe", DriverRule.Fail(StatusCode.FailedPrecondition, "x"));
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.InternalServerError, "rpc error: code = FailedPrecondition desc = x")));
        await _rig.Driver.StopAsync();
        Assert.That((await _rig.Get(url + "/healthz")).Body, Does.StartWith("cannot connect to the CSI driver at "));

        var lines = (await _rig.Get(url + "/metrics")).Body.Split('\n');
        Assert.That(lines, Has.Some.EqualTo("""csi_sidecar_operations_seconds_count{driver_name="csi.example.com",grpc_status_code="OK",method_name="/csi.v1.Identity/Probe"} 5"""));
        Assert.That(lines, Has.Some.EqualTo("""csi_sidecar_operations_seconds_count{driver_name="csi.example.com",grpc_status_code="FailedPrecondition",method_name="/csi.v1.Identity/Probe"} 1"""));
        Assert.That(lines, Has.Some.EqualTo("""csi_sidecar_operations_seconds_count{driver_name="unknown-driver",grpc_status_code="OK",method_name="/csi.v1.Identity/GetPluginInfo"} 1"""));
        Assert.That(lines, Has.Exactly(3).StartsWith("csi_sidecar_operations_seconds_count"), "a Probe that could not be sent is not measured");
        Assert.That(lines, Has.Some.EqualTo("""livenessprobe_checks_total{driver_name="csi.example.com",result="ok"} 5"""));
        Assert.That(lines, Has.Some.EqualTo("""livenessprobe_checks_total{driver_name="csi.example.com",result="failed"} 1"""));
        Assert.That(lines, Has.Some.EqualTo("""livenessprobe_checks_total{driver_name="csi.example.com",result="unreachable"} 1"""));
        Assert.That(lines, Has.Some.StartsWith("process_start_time_seconds "));
        Assert.That(_rig.Driver.Calls.Of("Probe"), Has.Count.EqualTo(6));
    }

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

    [Test] // 9
    public async Task A_driver_that_starts_later_is_waited_for_and_nobody_listens_until_then()
    {
        var port = FreePort.Next();
        var program = _rig.Start($"--http-endpoint=127.0.0.1:{port}", "-v=4");
        await program.WaitForErrorLine(l => l.Contains("Cannot connect yet", StringComparison.Ordinal));
        Assert.That(async () => await _rig.Get($"http://127.0.0.1:{port}/healthz"), Throws.InstanceOf<HttpRequestException>());
        await _rig.Driver.StartAsync();
        await ProcessRig.UrlOf(program);
        Assert.That((await _rig.Get($"http://127.0.0.1:{port}/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test] // 8
    public async Task A_killed_driver_turns_the_check_red_and_its_return_green_again()
    {
        var (program, url) = await _rig.StartListening();
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        await _rig.Driver.StopAsync();
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.InternalServerError));
        await _rig.Driver.StartAsync();
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(program.HasExited, Is.False);
    }

    [Test] // 21, and 1,000 checks at once
    public async Task A_thousand_checks_at_once_are_one_call_and_all_are_answered()
    {
        const int many = 1000;
        var (_, url) = await _rig.StartListening("--probe-timeout=25s");
        using var gate = _rig.Driver.Hold("Probe");
        var asked = Enumerable.Range(0, many).Select(_ => _rig.Get(url + "/healthz")).ToArray();
        await gate.Entered.WithinLimit();
        // A listener of a later request answers before the driver does: by then the thousand are in.
        Assert.That((await _rig.Get(url + "/metrics")).Status, Is.EqualTo(HttpStatusCode.OK));
        gate.Release();
        var answers = await Task.WhenAll(asked).WithinLimit();
        Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(_rig.Driver.Calls.Of("Probe"), Has.Count.LessThan(many / 10), "those that came while one was under way shared it");
        Assert.That(_rig.Driver.Connections, Is.EqualTo(2), "one at the start, one for the checks");
    }

    [Test]
    public async Task A_crowd_of_silent_clients_keeps_nobody_out()
    {
        var (program, url) = await _rig.StartListening();
        var crowd = new List<TcpClient>();
        for (var i = 0; i < 2200; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, new Uri(url).Port).WithinLimit();
            crowd.Add(client);
        }
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        Assert.That(ProcessFacts.Of(program.Id).Descriptors, Is.LessThan(2100));
        crowd.ForEach(client => client.Dispose());
    }

    [Test] // 22
    public async Task Ten_thousand_checks_half_of_them_failing_leave_nothing_behind()
    {
        var (program, url) = await _rig.StartListening();
        await Check(2000);
        var before = ProcessFacts.Of(program.Id);
        await Check(8000);
        ProcessFacts.Of(program.Id).HoldsNoMoreThan(before, 8000);

        async Task Check(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (i % (count / 2) is 0) _rig.Driver.Answer("Probe", i is 0 ? DriverRule.Default : DriverRule.Fail(StatusCode.Internal));
                await _rig.Get(url + "/healthz");
            }
        }
    }

    [Test]
    public async Task Thousands_of_checks_that_cannot_connect_leave_nothing_behind()
    {
        var (program, url) = await _rig.StartListening("--probe-timeout=2ms");
        await _rig.Driver.StopAsync();
        await Check(1000);
        var before = ProcessFacts.Of(program.Id);
        await Check(4000);
        ProcessFacts.Of(program.Id).HoldsNoMoreThan(before, 4000);

        async Task Check(int count)
        {
            for (var i = 0; i < count; i++) Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.InternalServerError));
        }
    }

    [Test]
    public async Task A_socket_that_may_not_be_used_any_more_is_red_and_says_why()
    {
        var url = await ProcessRig.UrlOf(await _rig.StartAsNobody());
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        File.SetUnixFileMode(_rig.Driver.SocketPath, UnixFileMode.None);
        var (status, body) = await _rig.Get(url + "/healthz");
        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(body, Does.Contain("permission denied: this user may not write to the socket"));
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
    public async Task A_limit_beyond_what_timers_can_wait_for_is_none()
    {
        var (_, url) = await _rig.StartListening("--probe-timeout=8760h");
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
    }

    [Test] // 7, and the hung driver of 9
    public async Task A_driver_that_hangs_is_red_after_the_limit_and_leaves_nothing_behind_however_often()
    {
        var (program, url) = await _rig.StartListening("--probe-timeout=5ms");
        using var gate = _rig.Driver.Hold("Probe");
        await Check(800);
        var before = ProcessFacts.Of(program.Id);
        await Check(1200);
        ProcessFacts.Of(program.Id).HoldsNoMoreThan(before, 1200);

        async Task Check(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var (status, body) = await _rig.Get(url + "/healthz");
                Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
                Assert.That(body, Does.Contain("context deadline exceeded"));
            }
        }
    }

    [Test]
    public async Task Clients_that_leave_before_their_answer_leave_nothing_behind()
    {
        var (program, url) = await _rig.StartListening();
        using var gate = _rig.Driver.Hold("Probe");
        await Leave(2000);
        var before = ProcessFacts.Of(program.Id);
        await Leave(4000);
        gate.Release();
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        ProcessFacts.Of(program.Id).HoldsNoMoreThan(before, 4000);

        async Task Leave(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, new Uri(url).Port).WithinLimit();
                await client.GetStream().WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()).WithinLimit();
                if (i % 20 is 0) await _rig.Get(url + "/metrics"); // one after another, not a crowd
            }
        }
    }

    [TestCase("0")]
    [TestCase("-1s")]
    public async Task Without_time_every_check_is_red(string limit)
    {
        var (_, url) = await _rig.StartListening($"--probe-timeout={limit}");
        var (status, body) = await _rig.Get(url + "/healthz");
        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(body, Does.StartWith("context deadline exceeded: a check may take"));
        Assert.That(_rig.Driver.Calls.Of("Probe"), Is.Empty);
    }

    [Test] // 4
    public async Task A_driver_that_is_not_ready_is_red()
    {
        var (_, url) = await _rig.StartListening();
        _rig.Driver.Answer("Probe", DriverRule.Answer("""{"ready":false}"""));
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.InternalServerError, "driver responded but is not ready")));
    }

    [Test] // 2, 3
    public async Task A_removed_socket_is_red_although_the_driver_runs_and_a_new_driver_at_the_path_is_green()
    {
        var (_, url) = await _rig.StartListening();
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        File.Delete(_rig.Driver.SocketPath);
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.InternalServerError));
        await using var other = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions { SocketPath = _rig.Driver.SocketPath });
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(other.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task While_the_driver_does_not_tell_its_name_nobody_listens()
    {
        using var gate = _rig.Driver.Hold("GetPluginInfo");
        await _rig.Driver.StartAsync();
        var port = FreePort.Next();
        var program = _rig.Start($"--http-endpoint=127.0.0.1:{port}");
        await gate.Entered.WithinLimit();
        Assert.That(async () => await _rig.Get($"http://127.0.0.1:{port}/healthz"), Throws.InstanceOf<HttpRequestException>());
        Assert.That(program.HasExited, Is.False);
        gate.Release();
        await ProcessRig.UrlOf(program);
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

    [Test] // 24
    public async Task A_client_that_goes_away_cancels_the_call()
    {
        var (_, url) = await _rig.StartListening();
        using var gate = _rig.Driver.Hold("Probe");
        using var gone = new CancellationTokenSource();
        var asked = _rig.Http.GetAsync(new Uri(url + "/healthz"), gone.Token);
        await gate.Entered.WithinLimit();
        await gone.CancelAsync();
        Assert.That(async () => await asked.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        await gate.Cancelled.WithinLimit();
        gate.Release();
        await _rig.Get(url + "/healthz"); // comes after the cancelled call was over and measured
        Assert.That((await _rig.Get(url + "/metrics")).Body, Does.Contain("""grpc_status_code="Canceled",method_name="/csi.v1.Identity/Probe"} 1"""));
    }

    [TestCase("""{"name":""}""", "driver name is empty")] // 11
    [TestCase(null, "rpc error: code = Internal desc = scripted Internal")] // 10
    public async Task A_driver_that_does_not_say_who_it_is_ends_the_start_with_1(string? answer, string expected)
    {
        _rig.Driver.Answer("GetPluginInfo", answer is null ? DriverRule.Fail(StatusCode.Internal) : DriverRule.Answer(answer));
        await _rig.Driver.StartAsync();
        var program = _rig.Start("--http-endpoint=127.0.0.1:0");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains(expected));
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

    [TestCase("--health-port=9999", "--http-endpoint=:8080", 1)] // 23
    [TestCase("--metrics-address=:8081", "--http-endpoint=:8080", 1)]
    [TestCase("--version", "", 2)]
    public async Task Flags_that_cannot_be_are_refused_before_anything_is_connected(string first, string second, int expected)
    {
        await _rig.Driver.StartAsync();
        var program = _rig.Start(first, second);
        Assert.That(await program.WaitForExit(), Is.EqualTo(expected));
        Assert.That(_rig.Driver.Connections, Is.Zero);
    }

    [Test]
    public async Task The_runtimes_signal_ends_it_at_once()
    {
        var (program, _) = await _rig.StartListening();
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(143));
    }
}
