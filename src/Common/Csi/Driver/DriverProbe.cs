using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Sidecars.Csi;

/// <summary>
/// Waits until a driver says that it is ready: one probe at once, then one a second, for as long as it takes (common contract 3.6). A driver that
/// is still starting, or slower than the limit of a call, is asked again; any other answer is final, and the program ends so that the pod
/// restarts it. UNAVAILABLE is final only once it has been the answer for as long as a driver may take to listen: a front that takes connections
/// before the driver behind it does says so, with 502 or 503, and a restart of the pod would not make it faster.
/// </summary>
public sealed partial class DriverProbe(CallInvoker invoker, CsiCall calls, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>How long a driver may be unavailable behind a connection that stands: what it may take to listen at all.</summary>
    internal static readonly TimeSpan Patience = CsiConnectionOptions.DefaultConnectLimit;

    private readonly Identity.IdentityClient _identity = new(invoker);

    /// <summary>
    /// Returns null once the driver is ready, or the error that ends the waiting, <c>CSI driver probe failed: ...</c>. A
    /// <paramref name="callLimit"/> of null lets each probe take as long as it likes; <paramref name="lost"/> completes when the connection is lost,
    /// after which there is nothing to wait for.
    /// </summary>
    public async Task<CsiError?> WaitUntilReadyAsync(TimeSpan? callLimit, Task lost, CancellationToken stop)
    {
        // A tick that passes during a long probe is kept, so the next probe follows at once.
        using var ticks = new PeriodicTimer(Period, time);
        while (true)
        {
            var result = await Ask(Probe, ticks, lost, stop);
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

        Task<CsiResult<ProbeResponse>> Probe()
        {
            Log.Probing(logger);
            return calls.InvokeAsync(_identity.ProbeAsync, new ProbeRequest(), callLimit, stop);
        }
    }

    /// <summary>
    /// Asks something of a driver that may not listen yet: again, once a second, for as long as it may take to do so. <paramref name="lost"/>
    /// completes
    /// when the connection is lost.
    /// </summary>
    public async Task<CsiResult<T>> AskAsync<T>(Func<Task<CsiResult<T>>> ask, Task lost, CancellationToken stop) where T : class
    {
        using var ticks = new PeriodicTimer(Period, time);
        return await Ask(ask, ticks, lost, stop);
    }

    private async Task<CsiResult<T>> Ask<T>(Func<Task<CsiResult<T>>> ask, PeriodicTimer ticks, Task lost, CancellationToken stop) where T : class
    {
        long? since = null;
        while (true)
        {
            var result = await ask();
            if (result.IsOk || result.Error.Code is not StatusCode.Unavailable) return result;
            since ??= time.GetTimestamp();
            if (lost.IsCompleted || time.GetElapsedTime(since.Value) >= Patience) return result;
            Log.Unavailable(logger, result.Error.Text);
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

        [LoggerMessage(4, LogLevel.Warning, "CSI driver is not available yet behind what took the connection: {err}")]
        public static partial void Unavailable(ILogger logger, string err);
    }
}
