using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Sidecars.Csi;

/// <summary>Measures the wall time of each unary call, to the moment its answer or error is there, and records it with its code.</summary>
internal sealed class CsiCallMetricsInterceptor(CsiCallMetrics metrics, TimeProvider time, bool isMigrated) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var start = time.GetTimestamp();
        var call = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            Measured(call.ResponseAsync, context.Method.FullName, start), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private async Task<TResponse> Measured<TResponse>(Task<TResponse> answer, string method, long start)
    {
        // Whoever reads the metrics after the call returned must find it there, so the outcome is recorded before it is passed on.
        try
        {
            var response = await answer;
            metrics.Record(method, StatusCode.OK.GoName(), isMigrated, time.GetElapsedTime(start));
            return response;
        }
        catch (Exception e)
        {
            var code = e is RpcException rpc ? rpc.StatusCode.GoName() : CsiCallMetrics.NoStatus;
            metrics.Record(method, code, isMigrated, time.GetElapsedTime(start));
            throw;
        }
    }
}
