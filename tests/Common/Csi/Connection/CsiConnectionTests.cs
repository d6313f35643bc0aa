using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Connection;

public sealed class CsiConnectionTests
{
    private readonly RecordingLogger _logger = new(LogLevel.Information);
    private ScriptedDriver _driver = null!;

    [SetUp]
    public async Task StartDriver() => _driver = await ScriptedDriver.StartNewAsync();

    [TearDown]
    public async Task StopDriver() => await _driver.DisposeAsync();

    [Test]
    public async Task Calls_reach_the_driver()
    {
        using var connection = await Connect(LossPolicy.Exit);
        Assert.That((await Probe(connection)).Ready, Is.True);
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_driver_that_stops_while_nothing_is_called_is_noticed_at_once()
    {
        using var connection = await Connect(LossPolicy.Exit);
        await Probe(connection);
        Assert.That(connection.Lost.IsCompleted, Is.False);

        await _driver.StopAsync();

        await connection.Lost.WithinLimit();
        Assert.That(_driver.Calls.Count, Is.EqualTo(1));
        Assert.That(_logger.Entries.Count(e => e.Level == LogLevel.Error && e.Text.Contains(_driver.SocketPath, StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [TestCaseSource(typeof(LongWords), nameof(LongWords.All))]
    public async Task An_error_with_very_many_words_is_an_error_and_no_more(string words)
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.Internal, words), DriverRule.Default);
        using var connection = await Connect(LossPolicy.Exit);
        var failure = (await Assert.ThrowsAsync<RpcException>(() => Probe(connection)))!;
        var said = CsiError.From(failure).Message;
        Assert.That(failure.Status.Detail, Is.EqualTo(said), "cut before anybody decoded it");
        var kept = words[..said.LastIndexOf(" [and ", StringComparison.Ordinal)];
        Assert.That(kept, Has.Length.GreaterThan(1000));
        Assert.That(said, Is.EqualTo($"{kept} [and {words.Length - kept.Length} characters more]").And.Length.LessThan(9000));

        Assert.That((await Probe(connection)).Ready, Is.True, "on the same connection");
        Assert.That(connection.Lost.IsCompleted, Is.False);
        Assert.That(_driver.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task An_answer_that_is_too_large_is_known_for_it()
    {
        using var connection = await Connect(LossPolicy.Exit);
        var controller = new Controller.ControllerClient(connection.Invoker);
        _driver.Answer("ListVolumes", DriverRule.Answer($$$"""{"entries":[{"volume":{"volume_id":"{{{new string('v', 5 * 1024 * 1024)}}}"}}]}"""), DriverRule.Fail(StatusCode.ResourceExhausted, "no"));
        var tooLarge = (await Assert.ThrowsAsync<RpcException>(() => controller.ListVolumesAsync(new ListVolumesRequest()).ResponseAsync.WithinLimit()))!;
        Assert.That(CsiError.From(tooLarge).IsAnswerTooLarge, Is.True);
        var refused = (await Assert.ThrowsAsync<RpcException>(() => controller.ListVolumesAsync(new ListVolumesRequest()).ResponseAsync.WithinLimit()))!;
        Assert.That(CsiError.From(refused).IsAnswerTooLarge, Is.False);
        Assert.That(connection.Lost.IsCompleted, Is.False);
    }

    [Test]
    public async Task After_a_loss_a_program_that_exits_makes_no_new_connection()
    {
        using var connection = await Connect(LossPolicy.Exit);
        await Probe(connection);
        await _driver.StopAsync();
        await connection.Lost.WithinLimit();
        await _driver.StartAsync();

        var failure = (await Assert.ThrowsAsync<RpcException>(() => Probe(connection)))!;

        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.Unavailable));
        Assert.That(CsiError.From(failure).Message, Is.EqualTo($"the connection to the CSI driver at {_driver.SocketPath} was lost and is not opened again"));
        Assert.That(_driver.Calls.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task After_a_loss_a_program_that_reconnects_dials_with_the_next_call()
    {
        using var connection = await Connect(LossPolicy.Reconnect);
        await Probe(connection);
        await _driver.StopAsync();
        await connection.Lost.WithinLimit();

        var failure = (await Assert.ThrowsAsync<RpcException>(() => Probe(connection)))!;
        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.Unavailable));
        Assert.That(CsiError.From(failure).Message, Does.Contain(_driver.SocketPath).And.Contain("no such file"));

        await _driver.StartAsync();
        Assert.That((await Probe(connection)).Ready, Is.True);
        Assert.That(_logger.Entries.Where(e => e.Level >= LogLevel.Warning), Is.Empty);
    }

    [Test]
    public async Task A_call_in_flight_fails_as_unavailable_when_the_driver_is_killed()
    {
        using var connection = await Connect(LossPolicy.Exit);
        using var gate = _driver.Hold("Probe");
        var probe = Probe(connection);
        await gate.Entered.WithinLimit();

        await _driver.StopAsync();

        var failure = (await Assert.ThrowsAsync<RpcException>(() => probe))!;
        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.Unavailable));
        await connection.Lost.WithinLimit();
    }

    [Test]
    public async Task Closing_it_ourselves_is_not_a_loss()
    {
        var connection = await Connect(LossPolicy.Exit);
        await Probe(connection);

        connection.Dispose();
        await _driver.StopAsync();

        Assert.That(connection.Lost.IsCompleted, Is.False);
        Assert.That(_logger.Entries, Is.Empty);
    }

    [Test]
    public async Task A_second_connection_survives_the_end_of_the_first()
    {
        using var first = await Connect(LossPolicy.Exit);
        await Probe(first);
        using var second = await Connect(LossPolicy.Exit);
        await Probe(second);

        first.Dispose();

        Assert.That((await Probe(second)).Ready, Is.True);
        Assert.That((first.Lost.IsCompleted, second.Lost.IsCompleted), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task An_answer_above_four_mebibytes_is_refused()
    {
        using var connection = await Connect(LossPolicy.Exit);
        _driver.Answer("GetPluginInfo", DriverRule.Answer($$"""{"name":"{{new string('x', 4 * 1024 * 1024)}}"}"""));
        var client = new Identity.IdentityClient(connection.Invoker);

        var failure = (await Assert.ThrowsAsync<RpcException>(() => client.GetPluginInfoAsync(new GetPluginInfoRequest()).ResponseAsync.WithinLimit()))!;
        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.ResourceExhausted));

        _driver.Answer("GetPluginInfo", DriverRule.Answer($$"""{"name":"{{new string('x', 4 * 1024 * 1024 - 100)}}"}"""));
        Assert.That((await client.GetPluginInfoAsync(new GetPluginInfoRequest()).ResponseAsync.WithinLimit()).Name, Has.Length.EqualTo(4 * 1024 * 1024 - 100));
    }

    [Test]
    public async Task A_driver_that_is_gone_before_the_first_call_is_a_loss_too()
    {
        using var connection = await Connect(LossPolicy.Exit);
        await _driver.StopAsync();

        var failure = (await Assert.ThrowsAsync<RpcException>(() => Probe(connection)))!;

        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.Unavailable));
        await connection.Lost.WithinLimit();
    }

    private Task<CsiConnection> Connect(LossPolicy onLoss) => CsiConnection.ConnectAsync(
        new CsiConnectionOptions { Address = _driver.Address, OnLoss = onLoss }, _logger, TimeProvider.System, CancellationToken.None).WithinLimit();

    private static Task<ProbeResponse> Probe(CsiConnection connection) =>
        new Identity.IdentityClient(connection.Invoker).ProbeAsync(new ProbeRequest()).ResponseAsync.WithinLimit();
}
