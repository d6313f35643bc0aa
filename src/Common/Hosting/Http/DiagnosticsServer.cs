using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Files;
using Sidecars.Hosting.Sockets;

namespace Sidecars.Hosting.Http;

/// <summary>
/// A small HTTP/1.1 server for health and metrics: plain HTTP on one listener, exact paths, GET and HEAD. It serves well-behaved
/// clients concurrently and bounds what a bad one can hold (<see cref="DiagnosticsLimits"/>). It is not a web server: no bodies, no
/// TLS, no routing patterns. Paths may be added before and after listening.
/// </summary>
public sealed partial class DiagnosticsServer(ILoggerFactory loggers, TimeProvider time, DiagnosticsLimits? limits = null) : IAsyncDisposable
{
    private const int Backlog = 1024;

    /// <summary>Descriptors that the clients must leave to the rest of the program: where none were left, its own calls would fail and a check with them.</summary>
    private const int Reserved = 24;

    private readonly ILogger _logger = loggers.CreateLogger<DiagnosticsServer>();
    private readonly DiagnosticsLimits _limits = limits ?? DiagnosticsLimits.Default;
    private readonly DiagnosticsRoutes _routes = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<string> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Each open connection and the task that serves it.
    private readonly Dictionary<DiagnosticsConnection, Task> _connections = [];
    private readonly Lock _lock = new();
    private Socket? _listener;
    private int _disposed;
    private int _mostConnections;
    private Task _accepting = Task.CompletedTask;

    /// <summary>The address really bound, with the port the system chose for port 0; null before <see cref="TryListen"/> succeeded.</summary>
    public IPEndPoint? BoundEndPoint { get; private set; }

    /// <summary>Completes, with the reason, when no requests can be taken any more although nobody disposed the server.</summary>
    public Task<string> Failed => _failed.Task;

    /// <summary>Where clients come in; null before <see cref="TryListen"/> succeeded.</summary>
    internal Socket? Listener => _listener;

    /// <summary>How many connections are open.</summary>
    internal int OpenConnections
    {
        get
        {
            lock (_lock) return _connections.Count;
        }
    }

    /// <summary>
    /// Answers <paramref name="path"/> with <paramref name="handler"/>; the path is compared exactly and the query is ignored. Other
    /// methods than GET and HEAD get 405 unless <paramref name="anyMethod"/> is set. A path can be taken once.
    /// </summary>
    public void Map(string path, DiagnosticsHandler handler, bool anyMethod = false) => _routes.Map(path, handler, anyMethod);

    /// <summary>
    /// Binds <paramref name="address"/> (<c>:8080</c>, <c>127.0.0.1:0</c>, <c>[::1]:80</c>, <c>localhost:80</c>) and begins to serve.
    /// On failure <paramref name="error"/> says which address, what the system said and what to do. To be called once.
    /// </summary>
    public bool TryListen(string address, [NotNullWhen(false)] out string? error)
    {
        if (!ListenAddress.TryParse(address, out var ip, out var port, out var reason))
        {
            error = $"listen address \"{address}\" is not valid: {reason}";
            return false;
        }
        try
        {
            _listener = ip is null ? BindEveryAddress(port) : Bind(ip, port);
        }
        catch (SocketException e)
        {
            error = $"cannot listen on {address}: {e.Message}{Remedy(e.SocketErrorCode)}";
            return false;
        }
        _mostConnections = (int)Math.Clamp(((OpenFiles.Limit ?? int.MaxValue) - (double)Reserved) * _limits.ShareOfDescriptors, 1, _limits.Connections);
        BoundEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        Log.Listening(_logger, BoundEndPoint);
        _accepting = Accept(_listener);
        error = null;
        return true;
    }

    /// <summary>Stops listening, cancels what is being answered and closes every connection. Doing it twice is harmless.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _closing.CancelAsync();
        _listener?.Dispose();
        await _accepting;
        KeyValuePair<DiagnosticsConnection, Task>[] open;
        lock (_lock) open = [.. _connections];
        foreach (var (connection, _) in open) connection.Dispose();
        await Task.WhenAll(open.Select(pair => pair.Value));
        _closing.Dispose();
    }

    // Both families on one socket; where the kernel has no IPv6, IPv4 alone is every address.
    private static Socket BindEveryAddress(int port) => Bind(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);

    private static Socket Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Remedy(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "; another container of the pod, a process on the host network or another flag of this program uses the port, choose another",
        SocketError.AccessDenied => "; ports below 1024 need a privilege this process does not have",
        SocketError.AddressNotAvailable => "; no network interface has this address",
        _ => "",
    };

    private async Task Accept(Socket listener)
    {
        if (await AcceptLoop.RunAsync(listener, Begin, _logger, time, _closing.Token) is { } problem)
            _failed.TrySetResult($"cannot take requests on {BoundEndPoint} any more: {problem}");
    }

    private void Begin(Socket socket)
    {
        var connection = new DiagnosticsConnection(socket, _routes, _limits, time, _logger);
        DiagnosticsConnection? evicted = null;
        lock (_lock)
        {
            if (_connections.Count >= _mostConnections) evicted = GiveUpLongestWaitingWhileLocked() ?? connection;
            if (evicted is not null) _connections.Remove(evicted);
            // On the pool, because a handler that blocks must not block the accept loop.
            if (evicted != connection) _connections.Add(connection, Task.Run(() => Serve(connection)));
        }
        evicted?.Dispose();
    }

    // Null when every connection is being answered: then the newcomer has to go. One that began to answer meanwhile is passed over.
    private DiagnosticsConnection? GiveUpLongestWaitingWhileLocked()
    {
        while (_connections.Keys.MinBy(connection => connection.WaitingSince ?? long.MaxValue) is { WaitingSince: { } since } longest)
            if (longest.TryGiveUp(since)) return longest;
        return null;
    }

    private async Task Serve(DiagnosticsConnection connection)
    {
        await connection.Serve(_closing.Token);
        lock (_lock) _connections.Remove(connection);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Listening for HTTP: {address}")]
        public static partial void Listening(ILogger logger, IPEndPoint address);
    }
}
