using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>
/// A way to a server on this machine that can vanish: what is connected by then stays connected, and nothing gets through any more, as
/// behind a load balancer whose backend lost its power. New connections go through.
/// </summary>
internal sealed class VanishingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private volatile CancellationTokenSource _vanish = new();
    private int _connections;

    public VanishingRelay(int port)
    {
        _listener.Start();
        _accepting = Accept(port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public void Vanish()
    {
        var vanished = Interlocked.Exchange(ref _vanish, new CancellationTokenSource());
        vanished.Cancel();
        vanished.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        foreach (var socket in _sockets) socket.Dispose();
        await _accepting;
        _vanish.Dispose();
        _stop.Dispose();
    }

    private async Task Accept(int port)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(client);
                _sockets.Add(server);
                await server.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                Interlocked.Increment(ref _connections);
                var vanish = _vanish.Token;
                _ = Forward(client, server, vanish);
                _ = Forward(server, client, vanish);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The relay's end.
        }
    }

    private static async Task Forward(Socket from, Socket to, CancellationToken vanish)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, vanish)) > 0) await to.SendAsync(buffer.AsMemory(0, count), vanish);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Vanished: neither side is told.
        }
    }
}
