using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Sidecars.Csi;

/// <summary>
/// Makes an error that comes when the limit of a call has passed what it is: the limit. The driver knows the limit too, and where its clock is
/// the first to notice, it ends the call with a code of its own choice; whoever waits, and the metrics, are to see the same either way. An
/// answer that is no error counts however late it comes.
/// </summary>
internal sealed class DeadlineInterceptor : Interceptor
{
    /// <summary>The limit goes to the driver in units that may be coarse, so its clock may be through with it that much earlier.</summary>
    private static readonly TimeSpan s_precision = TimeSpan.FromMilliseconds(2);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (context.Options.Deadline is not { } deadline) return continuation(request, context);
        var limit = deadline.ToUniversalTime() - TimeProvider.System.GetUtcNow().UtcDateTime;
        var started = TimeProvider.System.GetTimestamp();
        var call = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            Limited(call.ResponseAsync, limit, started, context.Options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private static async Task<TResponse> Limited<TResponse>(Task<TResponse> answer, TimeSpan limit, long started, CancellationToken stop)
    {
        try
        {
            return await answer;
        }
        catch (RpcException) when (!stop.IsCancellationRequested && TimeProvider.System.GetElapsedTime(started) + s_precision >= limit)
        {
            // Without words: those are of the side that noticed.
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        }
    }
}
