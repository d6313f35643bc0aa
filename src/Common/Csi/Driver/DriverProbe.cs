using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Sidecars.Csi;

/// <summary>
/// Waits until a driver says that it is ready: one probe at once, then one a second, for as long as it takes (common contract 3.6). A driver that
/// is still starting, or slower than the limit of a call, is asked again; any other answer is final, and the program ends so that the pod
/// restarts it.
/// </summary>
public sealed partial class DriverProbe(CallInvoker invoker, CsiCall calls, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Identity.IdentityClient _identity = new(invoker);

    /// <summary>
    /// Returns null once the driver is ready, or the error that ends the waiting, <c>CSI driver probe failed: ...</c>. A
    /// <paramref name="callLimit"/> of null lets each probe take as long as it likes.
    /// </summary>
    public async Task<CsiError?> WaitUntilReadyAsync(TimeSpan? callLimit, CancellationToken stop)
    {
        // A tick that passes during a long probe is kept, so the next probe follows at once.
        using var ticks = new PeriodicTimer(Period, time);
        while (true)
        {
            Log.Probing(logger);
            var result = await calls.InvokeAsync(_identity.ProbeAsync, new ProbeRequest(), callLimit, stop);
            if (result.IsOk)
            {
                if (result.Response.Ready ?? true) return null;
                Log.NotReady(logger);
            }
            else if (result.Error.Code == StatusCode.DeadlineExceeded)
            {
                Log.TimedOut(logger);
            }
            else
            {
                return result.Error with { Message = $"CSI driver probe failed: {result.Error.Text}", Code = null };
            }

            await ticks.WaitForNextTickAsync(stop);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Probing CSI driver for readiness")]
        public static partial void Probing(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning, "CSI driver is not ready")]
        public static partial void NotReady(ILogger logger);

        [LoggerMessage(3, LogLevel.Warning, "CSI driver probe timed out")]
        public static partial void TimedOut(ILogger logger);
    }
}
