using System.Text.Json.Nodes;
using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Hosting.Metrics;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Connection;

/// <summary>The small client against the platform's gRPC server: calls end as they do with the full client.</summary>
internal sealed class NodeConnectionTests
{
    private readonly MetricRegistry _registry = new();
    private ScriptedDriver _driver = null!;
    private NodeConnection _connection = null!;

    [SetUp]
    public async Task Begin()
    {
        _driver = await ScriptedDriver.StartNewAsync();
        _connection = await Connect(_driver.SocketPath);
    }

    [TearDown]
    public async Task End()
    {
        _connection.Dispose();
        await _driver.DisposeAsync();
    }

    [Test]
    public async Task An_answer_is_read()
    {
        Assert.That((await Identity.GetPluginInfoAsync(new GetPluginInfoRequest()).ResponseAsync.WithinLimit()).Name, Is.EqualTo("csi.example.com"));
        Assert.That(_driver.Connections, Is.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(200_000)]
    public async Task A_name_of_any_length_is_read_and_a_long_request_is_sent(int length)
    {
        var name = new string('n', length);
        _driver.Answer("GetPluginInfo", DriverRule.Answer(new JsonObject { ["name"] = name }.ToJsonString()));
        Assert.That((await Identity.GetPluginInfoAsync(new GetPluginInfoRequest()).ResponseAsync.WithinLimit()).Name, Is.EqualTo(name));

        await new Controller.ControllerClient(_connection.Invoker).DeleteVolumeAsync(new DeleteVolumeRequest { VolumeId = name }).ResponseAsync.WithinLimit();
        Assert.That(_driver.Calls.Of("DeleteVolume")[0].Request["volume_id"]!.ToString(), Is.EqualTo(name));
    }

    [TestCase("plain")]
    [TestCase("50% of \"this\"\nand that + ü€😀")]
    public void An_error_is_told_in_the_driver_s_words(string message)
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.ResourceExhausted, message));
        Assert.That(async () => await Identity.ProbeAsync(new ProbeRequest()).ResponseAsync.WithinLimit(),
            Throws.TypeOf<RpcException>().With.Property("Status").EqualTo(new Status(StatusCode.ResourceExhausted, message)));
    }

    [Test]
    public async Task Calls_overlap_and_one_that_is_given_up_is_cancelled_at_the_driver_alone()
    {
        using var gate = _driver.Hold("Probe");
        using var stop = new CancellationTokenSource();
        var held = Identity.ProbeAsync(new ProbeRequest(), cancellationToken: stop.Token).ResponseAsync;
        await gate.Entered.WithinLimit();
        await Identity.GetPluginInfoAsync(new GetPluginInfoRequest()).ResponseAsync.WithinLimit();
        await stop.CancelAsync();
        Assert.That(async () => await held.WithinLimit(), Throws.TypeOf<RpcException>().With.Property("StatusCode").EqualTo(StatusCode.Cancelled));
        await gate.Cancelled.WithinLimit();
        await Identity.GetPluginInfoAsync(new GetPluginInfoRequest()).ResponseAsync.WithinLimit();
    }

    [Test]
    public async Task A_deadline_that_passes_is_one_and_the_driver_is_told_of_it()
    {
        using var gate = _driver.Hold("Probe");
        var call = new CsiCall(TimeProvider.System).InvokeAsync(Identity.ProbeAsync, new ProbeRequest(), TimeSpan.FromMilliseconds(100), CancellationToken.None);
        Assert.That((await call.WithinLimit()).Error, Is.EqualTo(CsiError.DeadlineExceeded));
        await gate.Cancelled.WithinLimit();
    }

    [Test]
    public async Task A_driver_that_goes_away_is_noticed_at_once_and_calls_fail_as_unavailable()
    {
        using var gate = _driver.Hold("Probe");
        var held = Identity.ProbeAsync(new ProbeRequest()).ResponseAsync;
        await gate.Entered.WithinLimit();
        await _driver.StopAsync();
        await _connection.Lost.WithinLimit();
        Assert.That(async () => await held.WithinLimit(), Throws.TypeOf<RpcException>().With.Property("StatusCode").EqualTo(StatusCode.Unavailable));
        Assert.That(async () => await Identity.ProbeAsync(new ProbeRequest()).ResponseAsync.WithinLimit(),
            Throws.TypeOf<RpcException>().With.Property("StatusCode").EqualTo(StatusCode.Unavailable));
    }

    [Test]
    public async Task Many_more_calls_than_a_connection_may_have_at_once_go_through_one_after_another()
    {
        const int many = 1000; // the server allows a hundred that are open
        for (var i = 0; i < many; i++) await Identity.ProbeAsync(new ProbeRequest()).ResponseAsync.WithinLimit();
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(many));
        Assert.That(_driver.Connections, Is.EqualTo(1));
    }

    [TestCaseSource(typeof(LongWords), nameof(LongWords.All))]
    public async Task An_error_with_very_many_words_is_an_error_and_no_more(string words)
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.Internal, words), DriverRule.Default);
        var failure = (await Assert.ThrowsAsync<RpcException>(() => Identity.ProbeAsync(new ProbeRequest()).ResponseAsync.WithinLimit()))!;
        var said = CsiError.From(failure).Message;
        Assert.That(failure.Status.Detail, Is.EqualTo(said), "cut before anybody decoded it");
        var kept = words[..said.LastIndexOf(" [and ", StringComparison.Ordinal)];
        Assert.That(kept, Has.Length.GreaterThan(1000));
        Assert.That(said, Is.EqualTo($"{kept} [and {words.Length - kept.Length} characters more]").And.Length.LessThan(9000));
        Assert.That((await Identity.ProbeAsync(new ProbeRequest()).ResponseAsync.WithinLimit()).Ready, Is.True, "on the same connection");
        Assert.That(_driver.Connections, Is.EqualTo(1));
    }

    private Identity.IdentityClient Identity => new(_connection.Invoker);

    private async Task<NodeConnection> Connect(string path)
    {
        var (connection, failure) = await NodeConnection.TryConnectAsync(
            CsiAddress.Parse(path, out _)!, TestTimeouts.Limit, new CsiCallMetrics(_registry), NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit();
        return connection ?? throw new InvalidOperationException(failure!.Text);
    }
}
