using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting;
using Sidecars.Hosting.Sockets;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>
/// Serves clients of HTTP/2 without TLS, from the first octet on, on as many listeners as it is given, one after the other. What one client does
/// has no effect on the others. It closes politely: calls in flight are answered, within a limit.
/// </summary>
internal sealed partial class Http2Server : IAsyncDisposable
{
    /// <summary>The kubelet needs one or two; beyond this the one that has been silent for longest has to go.</summary>
    internal const int MostConnections = 32;

    private readonly IRequestTarget _target;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closingSource = new();
    private readonly CancellationToken _closing;
    private readonly Dictionary<Http2Connection, Task> _connections = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    public Http2Server(IRequestTarget target, ILogger logger, TimeProvider time)
    {
        (_target, _logger, _time) = (target, logger, time);
        _closing = _closingSource.Token;
    }

    /// <summary>How many clients are connected.</summary>
    internal int OpenConnections
    {
        get
        {
            lock (_lock) return _connections.Count;
        }
    }

    /// <summary>
    /// Takes clients until the listener is disposed, which is its owner's to do, and returns null then; or why no client can be taken any more.
    /// </summary>
    public Task<string?> AcceptAsync(Socket listener) => AcceptLoop.RunAsync(listener, Begin, _logger, _time, CancellationToken.None);

    /// <summary>Lets the calls in flight end, for no longer than the limit, and closes every connection.</summary>
    public async Task CloseAsync(TimeSpan limit)
    {
        using var late = new TimeLimit(limit, _time, CancellationToken.None);
        Task[] open;
        lock (_lock) open = [.. _connections.Values];
        await _closingSource.CancelAsync();
        try
        {
            await Task.WhenAll(open).WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            Log.NotInTime(_logger, limit);
        }
        await CutAll();
    }

    /// <summary>Closes every connection at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _closingSource.CancelAsync();
        await CutAll();
        _closingSource.Dispose();
    }

    private async Task CutAll()
    {
        KeyValuePair<Http2Connection, Task>[] open;
        lock (_lock) open = [.. _connections];
        foreach (var (connection, _) in open) connection.Dispose();
        await Task.WhenAll(open.Select(pair => pair.Value));
    }

    private void Begin(Socket socket)
    {
        var connection = new Http2Connection(socket, _target, _time, _logger);
        Http2Connection? evicted = null;
        lock (_lock)
        {
            if (_connections.Count >= MostConnections) evicted = _connections.Keys.MinBy(other => other.LastActive);
            // At once: its own task may take a while to notice, and the next newcomer must find another.
            if (evicted is not null) _connections.Remove(evicted);
            // On the pool, so that a client with much to say does not keep the others from being accepted.
            _connections.Add(connection, Task.Run(() => Serve(connection)));
        }
        evicted?.Dispose();
    }

    private async Task Serve(Http2Connection connection)
    {
        await connection.RunAsync(_closing);
        lock (_lock) _connections.Remove(connection);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Clients of the registration socket did not take their answers in time, their connections are cut: {limit}")]
        public static partial void NotInTime(ILogger logger, TimeSpan limit);
    }
}
