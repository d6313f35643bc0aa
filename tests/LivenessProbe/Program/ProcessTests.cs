using System.Net;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Program;

/// <summary>The published program as the kubelet and an operator see it: what a check is answered in each state of the driver (liveness contract 9 and 10).</summary>
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

    [Test]
    public async Task A_flag_that_speaks_to_the_Go_runtime_is_told_at_the_start()
    {
        var (program, _) = await _rig.StartListening("--automaxprocs");
        Assert.That(program.ErrorLines, Has.One.Contains("--automaxprocs has no effect: the runtime follows the CPU quota by itself"));
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
    public async Task A_limit_beyond_what_timers_can_wait_for_is_none()
    {
        var (_, url) = await _rig.StartListening("--probe-timeout=8760h");
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
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

    [TestCaseSource(typeof(LongWords), nameof(LongWords.Ascii))]
    public async Task Very_many_words_about_a_failed_probe_are_told_cut_and_the_next_check_is_green(string words)
    {
        var (program, url) = await _rig.StartListening();
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        _rig.Driver.Answer("Probe", DriverRule.Fail(StatusCode.Internal, words), DriverRule.Default);
        var (status, body) = await _rig.Get(url + "/healthz");
        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(body, Does.StartWith($"rpc error: code = Internal desc = {words[..1000]}").And.EndsWith("characters more]").And.Length.LessThan(9000));
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        Assert.That(_rig.Driver.Connections, Is.EqualTo(2), "one at the start, one for the checks");
        Assert.That(program.HasExited, Is.False);
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
}
