using System.Net;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Program;

/// <summary>What the published program waits for before it listens, what it refuses, and how it ends (liveness contract 9 and 10).</summary>
internal sealed class StartAndEndTests
{
    private ProcessRig _rig = null!;

    [SetUp]
    public void Begin() => _rig = new ProcessRig();

    [TearDown]
    public ValueTask End() => _rig.DisposeAsync();

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

    [Test]
    public async Task A_front_that_answers_for_a_driver_that_still_starts_is_waited_behind()
    {
        _rig.Driver.AnswerBeforeIt(502, 503);
        _rig.Driver.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Default);
        var (program, url) = await _rig.StartListening();
        foreach (var said in (string[])["502", "503", "no healthy upstream"])
            Assert.That(program.ErrorLines, Has.Some.Contains("The driver is not available yet").And.Contains(said));
        Assert.That(await _rig.Get(url + "/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
    }

    [TestCaseSource(typeof(LongWords), nameof(LongWords.Ascii))]
    public async Task A_driver_that_says_very_much_instead_of_its_name_is_quoted_with_the_beginning_of_it(string words)
    {
        const int longestOutput = 10_000; // the words that are kept, and what else it says
        _rig.Driver.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Internal, words));
        await _rig.Driver.StartAsync();
        var program = _rig.Start("--http-endpoint=127.0.0.1:0");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        var said = string.Join('\n', program.ErrorLines).Replace("\n\t", "\n", StringComparison.Ordinal); // lines of a value are indented
        Assert.That(said, Does.Contain($"for its name (GetPluginInfo): rpc error: code = Internal desc = {words[..1000]}").And.Contains("characters more]"));
        Assert.That(said, Has.Length.LessThan(longestOutput));
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

    [TestCase(false, 143)]
    [TestCase(true, 130)]
    public async Task A_signal_ends_it_at_once(bool interrupt, int code)
    {
        var (program, _) = await _rig.StartListening();
        if (interrupt) program.Interrupt();
        else program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(code));
    }
}
