using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting;
using Sidecars.Hosting.Http2;

namespace Sidecars.Csi;

/// <summary>
/// One connection to a driver, for the programs of the node side: it does what <see cref="CsiConnection"/> does for unary calls at a third of
/// its weight, and nothing more. It is dialled once and never again; <see cref="Lost"/> completes the moment it is over.
/// </summary>
public sealed class NodeConnection : IDisposable
{
    private readonly Http2Client _http;

    private NodeConnection(Http2Client http, ILogger logger, CsiCallMetrics? metrics, TimeProvider time)
    {
        _http = http;
        var invoker = new UnaryInvoker(http).Intercept(new DeadlineInterceptor()).Intercept(new CsiCallLogInterceptor(logger));
        Invoker = metrics is null ? invoker : invoker.Intercept(new CsiCallMetricsInterceptor(metrics, time, isMigrated: false));
    }

    /// <summary>For making clients: calls through it are logged and measured.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Completes when the connection is of no more use, for whatever reason, and before a call fails for it; it never fails.</summary>
    public Task Lost => _http.Unusable;

    /// <summary>
    /// Dials once, now, and waits until the driver has shown that it serves, no longer than <paramref name="limit"/>: the system takes
    /// connections for a driver that listens and does not serve yet. Returns the connection, or why there is none; throws only
    /// <see cref="OperationCanceledException"/>, when <paramref name="stop"/> was asked for.
    /// </summary>
    public static async Task<(NodeConnection? Connection, ConnectFailure? Failure)> TryConnectAsync(
        CsiAddress address, TimeSpan limit, CsiCallMetrics? metrics, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        using var limited = new TimeLimit(limit, time, stop);
        Http2Client? http = null;
        try
        {
            http = new Http2Client(await UnixSocketConnector.ConnectAsync(address, time, limited.Token));
            await http.Greeted.WaitAsync(limited.Token);
            if (http.Unusable.IsCompleted)
                return (null, new ConnectFailure(ConnectFailureKind.Nobody, address, $"the connection was taken and ended at once: {await http.Over}"));
            var connection = new NodeConnection(http, logger, metrics, time);
            http = null; // is the connection's now
            return (connection, null);
        }
        catch (OperationCanceledException) when (limited.HasPassed)
        {
            return (null, http is null
                ? new ConnectFailure(ConnectFailureKind.Busy, address, "context deadline exceeded: no connection in time")
                : new ConnectFailure(ConnectFailureKind.Silent, address,
                    "context deadline exceeded: the connection was taken and nothing was said in time; whoever listens there is starting, or stands still"));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var kind = UnixSocketConnector.IsBusy(e) ? ConnectFailureKind.Busy : ConnectFailureKind.Nobody;
            return (null, new ConnectFailure(kind, address, UnixSocketConnector.Describe(e, address)));
        }
        finally
        {
            http?.Dispose();
        }
    }

    /// <summary>
    /// Dials until somebody listens and serves, about once a second. Returns null with the reason of the last attempt after
    /// <paramref name="limit"/>; without a limit it waits for ever.
    /// </summary>
    public static async Task<(NodeConnection? Connection, ConnectFailure? Failure)> ConnectAsync(
        CsiAddress address, TimeSpan? limit, CsiCallMetrics? metrics, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        var dialling = new Dialling(address, logger, time);
        return await dialling.Run(limit, left => TryConnectAsync(address, left, metrics, logger, time, stop), stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
