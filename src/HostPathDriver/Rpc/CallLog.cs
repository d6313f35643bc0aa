using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>
/// One log line for each call, without its arguments (they may hold secrets), and the one place where an unforeseen failure becomes
/// a status: INTERNAL with the failure's own message, because whoever runs this driver is the one who has to read it.
/// </summary>
internal sealed partial class CallLog(ILogger<CallLog> log, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var began = time.GetTimestamp();
        try
        {
            var response = await continuation(request, context);
            Log.Answered(log, context.Method, time.GetElapsedTime(began).TotalMilliseconds);
            return response;
        }
        catch (RpcException refusal)
        {
            Log.Refused(log, context.Method, refusal.StatusCode, refusal.Status.Detail);
            throw;
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            Log.Refused(log, context.Method, StatusCode.Cancelled, "the caller went away");
            throw new RpcException(new Status(StatusCode.Cancelled, "The caller cancelled the call; repeat it to finish the work."));
        }
#pragma warning disable CA1031 // The edge: whatever it was, the caller gets a status and the process lives on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.Failed(log, context.Method, failure);
            throw new RpcException(new Status(StatusCode.Internal, failure.Message));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Answered {Method} in {Milliseconds:F1} ms")]
        public static partial void Answered(ILogger logger, string method, double milliseconds);

        [LoggerMessage(2, LogLevel.Information, "Refused {Method} with {Code}: {Reason}")]
        public static partial void Refused(ILogger logger, string method, StatusCode code, string reason);

        [LoggerMessage(3, LogLevel.Error, "Failed {Method}")]
        public static partial void Failed(ILogger logger, string method, Exception failure);
    }
}
