using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace Sidecars.Csi;

/// <summary>
/// One HTTP/2 connection to a CSI driver, opened before it is handed out. <see cref="Lost"/> completes the moment the driver goes away, also
/// while no call runs; closing it ourselves is not a loss. After a loss the policy of the options decides whether the next call dials again
/// or fails. Calls never wait for a driver to come back: they fail with UNAVAILABLE as soon as a dial failed (common contract 3.2, 3.3).
/// </summary>
public sealed partial class CsiConnection : IDisposable
{
    /// <summary>What the exit-on-loss programs write to the termination log and to their own log (common contract 3.3).</summary>
    public const string LostMessage = "Lost connection to CSI driver, exiting";

    /// <summary>Largest answer accepted, in bytes (common contract 3.2).</summary>
    private const int MaxReceiveBytes = 4 * 1024 * 1024;

    /// <summary>
    /// KiB of the fields of an answer, in which the words of an error travel, each octet as up to three. As generous as gRPC for Go is; a driver
    /// that goes beyond the platform's own 64 would end the connection, and with it the process, with every such error. The HTTP layer keeps two
    /// buffers as large as the longest field it met, for as long as the connection lives; nothing else is kept of it (<see cref="LongErrorHandler"/>).
    /// </summary>
    private const int MaxFieldsKilobytes = 16 * 1024;

    /// <summary>Credit of one answer: a full page of ListVolumes arrives without waiting for window updates.</summary>
    private const int StreamWindowBytes = 1024 * 1024;

    private readonly CsiConnectionOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly GrpcChannel _channel;
    // Completions run elsewhere: the report comes from the read loop of the HTTP layer, which must not run the exit path.
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NetworkStream? _firstStream;
    private volatile bool _isClosing;

    internal CsiConnection(CsiConnectionOptions options, NetworkStream firstStream, ILogger logger, TimeProvider time)
    {
        (_options, _firstStream, _logger, _time) = (options, firstStream, logger, time);
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new LongErrorHandler(NewHandler()),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxReceiveBytes,
            Credentials = ChannelCredentials.Insecure,
        });
        Invoker = Intercepted(isMigrated: false);
        InvokerForMigrated = Intercepted(isMigrated: true);
    }

    /// <summary>For making clients: calls through it are logged and measured.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>The same for calls on behalf of a translated in-tree volume; they are measured as migrated (common contract 16).</summary>
    public CallInvoker InvokerForMigrated { get; }

    /// <summary>Completes when a connection ended other than by <see cref="Dispose"/>; it never fails. Stays complete after a re-dial.</summary>
    public Task Lost => _lost.Task;

    /// <summary>Connects with a schedule made for this one call; who connects often keeps a <see cref="CsiConnector"/>.</summary>
    public static Task<CsiConnection> ConnectAsync(CsiConnectionOptions options, ILogger logger, TimeProvider time, CancellationToken stop) =>
        new CsiConnector(options, logger, time).ConnectAsync(stop);

    /// <summary>
    /// Dials once, now. Returns the connection, or null with the reason in words that name the likely cause; throws only
    /// <see cref="OperationCanceledException"/>, when <paramref name="stop"/> was asked for.
    /// </summary>
    public static async Task<(CsiConnection? Connection, string? Failure)> TryConnectAsync(
        CsiConnectionOptions options, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        try
        {
            return (new CsiConnection(options, await UnixSocketConnector.ConnectAsync(options.Address, time, stop), logger, time), null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (null, $"cannot connect to the CSI driver at {options.Address}: {UnixSocketConnector.Describe(e, options.Address)}");
        }
    }

    /// <summary>Closes the connection; calls in flight fail. Not a loss.</summary>
    public void Dispose()
    {
        _isClosing = true;
        _channel.Dispose();
        Interlocked.Exchange(ref _firstStream, null)?.Dispose();
    }

    private CallInvoker Intercepted(bool isMigrated)
    {
        var invoker = _channel.Intercept(new DeadlineInterceptor()).Intercept(new CsiCallLogInterceptor(_logger, _options.MaxLoggedResponseBytes));
        return _options.Metrics is { } metrics ? invoker.Intercept(new CsiCallMetricsInterceptor(metrics, _time, isMigrated)) : invoker;
    }

    private SocketsHttpHandler NewHandler() => new()
    {
        ConnectCallback = async (_, stop) => await NextStream(stop),
        // HTTP_PROXY of the pod would otherwise apply to "localhost".
        UseProxy = false,
        AllowAutoRedirect = false,
        // Closing an idle or old connection and dialling anew would look like a driver restart.
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        // One connection, so that there is one loss.
        EnableMultipleHttp2Connections = false,
        ActivityHeadersPropagator = null,
        InitialHttp2StreamWindowSize = StreamWindowBytes,
#pragma warning disable CA2262 // Kilobytes are meant.
        MaxResponseHeadersLength = MaxFieldsKilobytes,
#pragma warning restore CA2262
    };

    private async Task<Stream> NextStream(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _firstStream, null) is { } first) return Watched(first);
        if (_isClosing) throw new IOException($"the connection to the CSI driver at {_options.Address} is closed");
        if (_options.OnLoss == LossPolicy.Exit)
            throw new IOException($"the connection to the CSI driver at {_options.Address} was lost and is not opened again");

        try
        {
            return Watched(await UnixSocketConnector.ConnectAsync(_options.Address, _time, stop));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var reason = UnixSocketConnector.Describe(e, _options.Address);
            throw new IOException($"cannot connect to the CSI driver at {_options.Address}: {reason}", e);
        }
    }

    private ConnectionLossStream Watched(NetworkStream stream) => new(stream, OnEnd);

    private void OnEnd(string reason)
    {
        if (_isClosing) return;
        if (_options.OnLoss == LossPolicy.Exit) Log.Lost(_logger, _options.Address.Text, reason);
        else Log.LostAndReconnecting(_logger, _options.Address.Text, reason);
        _lost.TrySetResult();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Lost connection to CSI driver: {address} {reason}")]
        public static partial void Lost(ILogger logger, string address, string reason);

        [LoggerMessage(2, LogLevel.Information, "Lost connection to CSI driver, the next call connects again: {address} {reason}")]
        public static partial void LostAndReconnecting(ILogger logger, string address, string reason);
    }
}
