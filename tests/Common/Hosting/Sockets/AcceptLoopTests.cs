using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Hosting.Sockets;
using Sidecars.Tests.Support;

namespace Sidecars.Hosting.Tests.Sockets;

/// <summary>How taking clients ends: in order, or with a reason. What passes is tested on a published program, whose descriptors can be taken away.</summary>
internal sealed class AcceptLoopTests
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordingLogger _log = new();

    [SetUp]
    public void Begin() => _listener.Bind(new UnixDomainSocketEndPoint(_directory.File("s")));

    [TearDown]
    public void End()
    {
        _listener.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task It_takes_clients_until_the_listener_is_disposed()
    {
        _listener.Listen();
        var loop = Run();
        await Connect();
        await _taken.Task.WithinLimit();
        _listener.Dispose();
        Assert.That(await loop.WithinLimit(), Is.Null);
    }

    [Test]
    public async Task A_stop_ends_it()
    {
        _listener.Listen();
        using var stop = new CancellationTokenSource();
        var loop = Run(stop.Token);
        await stop.CancelAsync();
        Assert.That(await loop.WithinLimit(), Is.Null);
    }

    [Test]
    public async Task A_listener_that_can_take_nobody_any_more_is_a_reason()
    {
        _listener.Listen();
        var loop = Run();
        using var broken = new BrokenListener(_listener);
        await Connect();
        Assert.That(await loop.WithinLimit(), Is.EqualTo("Invalid argument"));
        Assert.That(_log.Entries, Is.Empty, "it is not tried again");
    }

    [Test]
    public async Task A_listener_that_is_disposed_while_clients_come_is_no_fault()
    {
        for (var i = 0; i < 1000; i++)
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var path = _directory.File($"s{i}");
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            var loop = AcceptLoop.RunAsync(listener, client => client.Dispose(), _log, new FakeTimeProvider(), CancellationToken.None);
            var clients = Enumerable.Range(0, 3).Select(_ => Task.Run(() => TryConnect(path))).ToList();
            Thread.SpinWait(i);
            listener.Dispose();
            Assert.That(await loop.WithinLimit(), Is.Null, $"round {i}");
            await Task.WhenAll(clients).WithinLimit();
        }
    }

    private static async Task TryConnect(string path)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // The listener is gone.
        }
    }

    private Task<string?> Run(CancellationToken stop = default) => AcceptLoop.RunAsync(_listener, client =>
    {
        client.Dispose();
        _taken.TrySetResult();
    }, _log, new FakeTimeProvider(), stop);

    private async Task Connect()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(_directory.File("s"))).WithinLimit();
    }
}
