using Grpc.Core;
using Sidecars.Hosting;

namespace Sidecars.Csi;

/// <summary>
/// Makes unary CSI calls and returns their outcome as a value. Each call has its own limit, which is also told to the driver. Only a stop
/// asked for by the caller is an exception, <see cref="OperationCanceledException"/>; everything the driver or the connection does is a
/// <see cref="CsiError"/>. Nothing is retried here: items are retried by the queue.
/// </summary>
public sealed class CsiCall(TimeProvider time)
{
    /// <summary>
    /// Calls <paramref name="method"/>, for instance <c>client.CreateVolumeAsync</c>. A <paramref name="limit"/> of null waits for ever;
    /// zero or less fails with DEADLINE_EXCEEDED without a call, as a Go context that is over would.
    /// </summary>
    public async Task<CsiResult<TResponse>> InvokeAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request, TimeSpan? limit, CancellationToken stop)
        where TResponse : class
    {
        stop.ThrowIfCancellationRequested();
        if (limit <= TimeSpan.Zero) return CsiError.DeadlineExceeded;

        // A clock of the caller's own can run ahead of the machine's; the call ends by whichever is first.
        using var virtualLimit = time == TimeProvider.System ? null : new TimeLimit(limit, time, stop);
        var options = new CallOptions(deadline: DeadlineOf(limit), cancellationToken: virtualLimit?.Token ?? stop);
        try
        {
            using var call = method(request, options);
            return await call.ResponseAsync;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
        catch (Exception) when (virtualLimit is { HasPassed: true })
        {
            return CsiError.DeadlineExceeded;
        }
        catch (Exception e)
        {
            return CsiError.From(e);
        }
    }

    /// <summary>
    /// The gRPC library compares deadlines with the machine's clock, whatever clock the caller goes by, and tells the driver about them.
    /// </summary>
    private static DateTime? DeadlineOf(TimeSpan? limit)
    {
        if (limit is not { } span) return null;
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return span >= DateTime.MaxValue - now ? null : now + span;
    }
}
