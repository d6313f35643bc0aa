using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting;

namespace Sidecars.Csi;

/// <summary>
/// Writes each unary call and its answer, without secrets, at the level of <c>--v=5</c> (common contract 3.4). When that level is off a call
/// costs one test of a flag: nothing is sanitised or encoded.
/// </summary>
internal sealed partial class CsiCallLogInterceptor(ILogger logger, int maxResponseBytes = 0) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (!logger.IsEnabled(LogLevel.Trace)) return continuation(request, context);

        Log.Call(logger, context.Method.FullName, CsiSanitizer.Sanitize(request as IMessage));
        var call = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            Logged(call.ResponseAsync), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private async Task<TResponse> Logged<TResponse>(Task<TResponse> answer)
    {
        try
        {
            var response = await answer;
            Log.Response(logger, Cut(CsiSanitizer.Sanitize(response as IMessage)), null);
            return response;
        }
        catch (Exception e)
        {
            Log.Response(logger, "{}", CsiError.From(e).Text);
            throw;
        }
    }

    private string Cut(string text)
    {
        if (maxResponseBytes <= 0) return text;
        var kept = Utf8Text.Cut(text, maxResponseBytes);
        return kept.Length == text.Length ? text : $"{kept} [capped to {maxResponseBytes} chars]";
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Trace, "GRPC call: {method} {request}")]
        public static partial void Call(ILogger logger, string method, string request);

        [LoggerMessage(2, LogLevel.Trace, "GRPC response: {response} {err}")]
        public static partial void Response(ILogger logger, string response, string? err);
    }
}
