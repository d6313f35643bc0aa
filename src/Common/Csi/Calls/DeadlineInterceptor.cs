using Grpc.Core;
using Grpc.Core.Interceptors;
using Sidecars.Hosting;

namespace Sidecars.Csi;

/// <summary>
/// Makes an error that comes when the limit of a call has passed what it is: the limit. The driver knows the limit too, and where its clock is
/// the first to notice, it ends the call with a code of its own choice; whoever waits, and the metrics, are to see the same either way. An
/// answer that is no error counts however late it comes, within the limit of this side. That one goes by a clock that nobody sets: the gRPC
/// library goes by the machine's, and where that is set back a call would have as much more time.
/// </summary>
internal sealed class DeadlineInterceptor : Interceptor
{
    /// <summary>The limit goes to the driver in units that may be coarse, so its clock may be through with it that much earlier.</summary>
    private static readonly TimeSpan s_precision = TimeSpan.FromMilliseconds(2);

    /// <summary>How much the library is left to notice by itself, as it does unless the machine's clock was set.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (context.Options.Deadline is not { } deadline) return continuation(request, context);
        var limit = deadline.ToUniversalTime() - TimeProvider.System.GetUtcNow().UtcDateTime;
        var started = TimeProvider.System.GetTimestamp();
        var call = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            Limited(call, limit, started, context.Options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private static async Task<TResponse> Limited<TResponse>(AsyncUnaryCall<TResponse> call, TimeSpan limit, long started, CancellationToken stop)
    {
        try
        {
            if (limit >= TimeLimit.Longest - s_grace) return await call.ResponseAsync;
            return await call.ResponseAsync.WaitAsync(limit > TimeSpan.Zero ? limit + s_grace : s_grace, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            call.Dispose();
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        }
        catch (RpcException) when (!stop.IsCancellationRequested && TimeProvider.System.GetElapsedTime(started) + s_precision >= limit)
        {
            // Without words: those are of the side that noticed.
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        }
    }
}
