using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Sidecars.Tests.Support;

/// <summary>
/// A port of this machine whose connections are all served alike, at the same time, until the end. A client that leaves, or does not like our
/// certificate, ends its own connection and nothing else; any other failure comes out of <see cref="DisposeAsync"/>, and so fails the test.
/// </summary>
public sealed class AcceptedConnections : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<TcpClient, CancellationToken, Task> _serve;
    private readonly Task _accepting;

    /// <param name="serve">Serves one connection, which is closed when it returns; its token is cancelled at the end of all. Begins before the next one is taken.</param>
    /// <param name="isOnEveryAddress">Whether it listens on more than the loopback address.</param>
    public AcceptedConnections(Func<TcpClient, CancellationToken, Task> serve, bool isOnEveryAddress = false)
    {
        _serve = serve;
        _listener = new TcpListener(isOnEveryAddress ? IPAddress.Any : IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.WithinLimit();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(Serve(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var one = client;
        try
        {
            await _serve(client, _stop.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException)
        {
            // The client left, or did not like our certificate.
        }
    }
}
