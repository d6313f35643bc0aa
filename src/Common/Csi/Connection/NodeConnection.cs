using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Http2;

namespace Sidecars.Csi;

/// <summary>
/// One connection to a driver, for the programs of every node: it does what <see cref="CsiConnection"/> does for unary calls at a third of
/// its weight, and nothing more. It is dialled once and never again; <see cref="Lost"/> completes the moment it is over.
/// </summary>
public sealed class NodeConnection : IDisposable
{
    private readonly Http2Client _http;

    private NodeConnection(Http2Client http, ILogger logger, CsiCallMetrics? metrics, TimeProvider time)
    {
        _http = http;
        var invoker = new UnaryInvoker(http).Intercept(new CsiCallLogInterceptor(logger));
        Invoker = metrics is null ? invoker : invoker.Intercept(new CsiCallMetricsInterceptor(metrics, time, isMigrated: false));
    }

    /// <summary>For making clients: calls through it are logged and measured.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Completes when the connection is of no more use, for whatever reason, and before a call fails for it; it never fails.</summary>
    public Task Lost => _http.Unusable;

    /// <summary>
    /// Dials once, now. Returns the connection, or null with the reason in words that name the likely cause; throws only
    /// <see cref="OperationCanceledException"/>, when <paramref name="stop"/> was asked for.
    /// </summary>
    public static async Task<(NodeConnection? Connection, string? Failure)> TryConnectAsync(
        CsiAddress address, CsiCallMetrics? metrics, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        try
        {
            var stream = await UnixSocketConnector.ConnectAsync(address, time, stop);
            return (new NodeConnection(new Http2Client(stream), logger, metrics, time), null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (null, $"cannot connect to the CSI driver at {address}: {UnixSocketConnector.Describe(e, address)}");
        }
    }

    /// <summary>
    /// Dials until somebody listens, about once a second. Returns null with the reason of the last attempt after <paramref name="limit"/>;
    /// without a limit it waits for ever.
    /// </summary>
    public static async Task<(NodeConnection? Connection, string? Failure)> ConnectAsync(
        CsiAddress address, TimeSpan? limit, CsiCallMetrics? metrics, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        var dialling = new Dialling(address, logger, time);
        return await dialling.Run(limit, token => TryConnectAsync(address, metrics, logger, time, token), stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
