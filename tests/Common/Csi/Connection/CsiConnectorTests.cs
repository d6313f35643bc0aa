using System.Net.Sockets;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Connection;

public sealed class CsiConnectorTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>The reminder and the limit.</summary>
    private const int TimersOfACall = 2;

    /// <summary>The limit of the attempt and the wait after it.</summary>
    private const int TimersOfAnAttempt = 2;

    private readonly ArmedTime _time = new();
    private readonly RecordingLogger _logger = new();
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public async Task A_socket_that_never_appears_fails_after_thirty_seconds_and_says_what_to_do()
    {
        var connecting = Connect(new CsiConnectionOptions { Address = At("csi.sock") });

        Pass(TimeSpan.FromSeconds(29.5));
        Assert.That(connecting.IsCompleted, Is.False);
        Pass(TimeSpan.FromSeconds(1));

        var failure = (await Assert.ThrowsAsync<CsiConnectionException>(() => connecting.WithinLimit()))!;
        Assert.That(failure.Message, Does.Contain(_directory.File("csi.sock")).And.Contain("within 30 s").And.Contain("context deadline exceeded"));
        Assert.That(failure.Message, Does.Contain("no such file").And.Contain("Check that the driver container runs"));
    }

    [Test]
    public async Task While_it_waits_a_line_every_ten_seconds_names_the_address()
    {
        var connecting = Connect(new CsiConnectionOptions { Address = At("csi.sock") });
        Pass(TimeSpan.FromSeconds(31));

        await Assert.ThrowsAsync<CsiConnectionException>(() => connecting.WithinLimit());
        var lines = _logger.Lines.Where(l => l.StartsWith($"Still connecting: {_directory.File("csi.sock")} ", StringComparison.Ordinal)).ToList();
        Assert.That(lines, Has.Count.InRange(2, 3));
        Assert.That(lines, Has.Some.Contains("no such file"), "and why");
    }

    [Test]
    public async Task Without_a_limit_it_waits_for_ever()
    {
        using var stop = new CancellationTokenSource();
        var connecting = Connect(new CsiConnectionOptions { Address = At("csi.sock"), ConnectLimit = null }, stop.Token);
        Pass(TimeSpan.FromMinutes(5));
        Assert.That(connecting.IsCompleted, Is.False);

        await stop.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => connecting.WithinLimit());
    }

    [Test]
    public async Task A_socket_that_appears_late_is_found_by_a_later_attempt()
    {
        var connecting = Connect(new CsiConnectionOptions { Address = At("csi.sock") });
        await Waits(1);
        _time.Advance(RetryDelay.Mean * (1 + RetryDelay.Jitter));
        await Waits(2);
        Assert.That(connecting.IsCompleted, Is.False);

        using var listener = Listen("csi.sock");
        _time.Advance(RetryDelay.Mean * (1 + RetryDelay.Jitter));

        using var connection = await connecting.WithinLimit();
        Assert.That(connection.Lost.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_left_over_socket_file_is_told_from_a_missing_one()
    {
        LeaveSocketFile("csi.sock");
        Assert.That(File.Exists(_directory.File("csi.sock")));
        var connecting = Connect(new CsiConnectionOptions { Address = At("csi.sock"), ConnectLimit = TimeSpan.FromSeconds(2) });
        Pass(TimeSpan.FromSeconds(2.5));

        var failure = (await Assert.ThrowsAsync<CsiConnectionException>(() => connecting.WithinLimit()))!;
        Assert.That(failure.Message, Does.Contain("connection refused").And.Contain("within 2 s"));
    }

    [TestCase("unix:relative.sock")]
    [TestCase("localhost:9000")]
    public async Task Programs_that_exit_on_loss_refuse_other_addresses_at_once(string text)
    {
        var options = new CsiConnectionOptions { Address = CsiAddress.Parse(text, out _)!, OnLoss = LossPolicy.Exit };
        var failure = (await Assert.ThrowsAsync<CsiConnectionException>(() => Connect(options).WithinLimit()))!;
        Assert.That(failure.Message, Does.Contain(text).And.Contain("callback only supported for unix:// addresses"));
    }

    [Test]
    public async Task A_network_address_is_connected_to_as_well()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var address = CsiAddress.Parse($"dns:///127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}", out _)!;
        using var connection = await Connect(new CsiConnectionOptions { Address = address, OnLoss = LossPolicy.Reconnect }).WithinLimit();
        using var accepted = await listener.AcceptSocketAsync().WithinLimit();
        Assert.That(accepted.Connected);
    }

    private Task<CsiConnection> Connect(CsiConnectionOptions options, CancellationToken stop = default) =>
        CsiConnection.ConnectAsync(options, _logger, _time, stop);

    private CsiAddress At(string file) => CsiAddress.Parse(_directory.File(file), out _)!;

    private Socket Listen(string file)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_directory.File(file)));
        socket.Listen();
        return socket;
    }

    // A closed socket takes its file with it, a killed driver does not: the file survives under another name.
    private void LeaveSocketFile(string file)
    {
        using (Listen(file)) File.Move(_directory.File(file), _directory.File("moved"));
        File.Move(_directory.File("moved"), _directory.File(file));
    }

    [Test]
    public async Task Attempts_are_about_a_second_apart()
    {
        var connecting = Connect(new CsiConnectionOptions { Address = At("csi.sock") });
        for (var attempts = 1; attempts <= 20; attempts++)
        {
            await Waits(attempts);
            _time.Advance(RetryDelay.Mean * (1 - RetryDelay.Jitter) - Tick);
            Assert.That(Failures, Is.EqualTo(attempts));
            _time.Advance(RetryDelay.Mean * 2 * RetryDelay.Jitter + 2 * Tick);
        }

        await Waits(21);
        Assert.That(connecting.IsCompleted, Is.False);
    }

    private int Failures => _logger.Lines.Count(l => l.StartsWith("Cannot connect yet", StringComparison.Ordinal));

    /// <summary>Completes once so many attempts failed and the wait after the last of them has begun.</summary>
    private async Task Waits(int attempts)
    {
        var seen = 0;
        await _logger.WaitForLine(l => l.StartsWith("Cannot connect yet", StringComparison.Ordinal) && ++seen == attempts);
        await _time.WaitForTimers(TimersOfACall + attempts * TimersOfAnAttempt).WithinLimit();
    }

    /// <summary>Lets the whole limit pass; nothing but the limit's own timer is waited for.</summary>
    private void Pass(TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += Step) _time.Advance(Step);
    }
}
