using System.Net;
using Sidecars.LivenessProbe.Tests.Program;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Foreign;

/// <summary>
/// The published program beside a driver on gRPC for Go (Debian's golang-google-grpc-dev), which nearly every driver is built on. The driver is
/// built with the tests; without it these tests fail.
/// </summary>
internal sealed class GoDriverTests
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<PublishedProgram> _programs = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TestTimeouts.Limit };

    private string Socket => _directory.File("csi.sock");

    [TearDown]
    public async Task End()
    {
        foreach (var program in _programs) await program.DisposeAsync();
        _http.Dispose();
        _directory.Dispose();
    }

    [TestCase("-hang")]
    [TestCase("-hang -wrap")]
    public async Task One_that_hangs_is_slow_whichever_side_notices_first_and_whatever_it_calls_that(string how)
    {
        await Driver(how.Split(' '));
        var url = await Start("--probe-timeout=20ms");
        for (var i = 0; i < 100; i++)
        {
            var (status, body) = await Check(url);
            Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
            Assert.That(body, Does.StartWith("rpc error: code = DeadlineExceeded desc = context deadline exceeded").Or.StartWith("cannot connect to the CSI driver"));
        }
        var metrics = await _http.GetStringAsync(new Uri(url + "/metrics")).WithinLimit();
        foreach (var line in metrics.Split('\n').Where(l => l.StartsWith("csi_sidecar_operations_seconds_count", StringComparison.Ordinal) && l.Contains("Probe", StringComparison.Ordinal)))
            Assert.That(line, Does.Contain("grpc_status_code=\"DeadlineExceeded\""));
        Assert.That(metrics, Does.Contain("result=\"slow\"} 100").And.Contain("result=\"failed\"} 0"));
    }

    [Test]
    public async Task Connections_that_it_ends_for_their_age_are_no_trouble()
    {
        await Driver("-age", "20ms");
        var url = await Start();
        for (var i = 0; i < 500; i++) Assert.That(await Check(url), Is.EqualTo((HttpStatusCode.OK, "ok")));
    }

    [Test] // 8
    public async Task One_that_is_killed_is_red_with_its_file_left_and_green_when_it_is_back()
    {
        var driver = await Driver();
        var url = await Start();
        Assert.That(await Check(url), Is.EqualTo((HttpStatusCode.OK, "ok")));
        driver.Kill();
        await driver.WaitForExit();
        Assert.That(File.Exists(Socket));
        var (status, body) = await Check(url);
        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(body, Does.Contain("connection refused: nobody listens there any more, the socket file is left over"));
        await Driver();
        Assert.That(await Check(url), Is.EqualTo((HttpStatusCode.OK, "ok")));
    }

    [Test]
    public async Task One_that_stops_in_order_between_two_checks_is_met_again_at_the_next()
    {
        var driver = await Driver();
        var url = await Start();
        Assert.That(await Check(url), Is.EqualTo((HttpStatusCode.OK, "ok")));
        driver.Terminate();
        Assert.That(await driver.WaitForExit(), Is.Zero);
        await Driver();
        Assert.That(await Check(url), Is.EqualTo((HttpStatusCode.OK, "ok")));
    }

    private async Task<PublishedProgram> Driver(params string[] how)
    {
        var driver = PublishedProgram.StartFile(PublishedProgram.ToolOf("go-driver"), [Socket, .. how]);
        _programs.Add(driver);
        await driver.WaitForOutputLine(line => line == "serving");
        return driver;
    }

    private async Task<string> Start(params string[] arguments)
    {
        var program = PublishedProgram.Start("livenessprobe", [$"--csi-address={Socket}", "--http-endpoint=127.0.0.1:0", .. arguments]);
        _programs.Add(program);
        return await ProcessRig.UrlOf(program);
    }

    private async Task<(HttpStatusCode Status, string Body)> Check(string url)
    {
        using var response = await _http.GetAsync(new Uri(url + "/healthz")).WithinLimit();
        return (response.StatusCode, await response.Content.ReadAsStringAsync().WithinLimit());
    }
}
