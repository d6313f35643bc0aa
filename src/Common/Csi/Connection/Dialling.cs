using Microsoft.Extensions.Logging;

namespace Sidecars.Csi;

/// <summary>
/// The schedule of a <see cref="NodeConnection"/> that waits for its driver: an attempt a second, a line every ten (common contract 3.2). By
/// hand, because the retry library is a twentieth of such a program.
/// </summary>
internal sealed partial class Dialling(CsiAddress address, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan s_reminderPeriod = TimeSpan.FromSeconds(10);

    public async Task<(NodeConnection? Connection, string? Failure)> Run(
        TimeSpan? limit, Func<CancellationToken, Task<(NodeConnection? Connection, string? Failure)>> attempt, CancellationToken stop)
    {
        using var limited = limit is { } most ? new CancellationTokenSource(most, time) : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limited?.Token ?? CancellationToken.None, stop);
        using var reminder = time.CreateTimer(_ => Log.StillConnecting(logger, address.Text), null, s_reminderPeriod, s_reminderPeriod);
        var last = "no answer";
        try
        {
            while (true)
            {
                var (connection, failure) = await attempt(either.Token);
                if (connection is not null) return (connection, null);
                last = failure!;
                Log.NotYet(logger, address.Text, last);
                await Task.Delay(RetryDelay.Next(), time, either.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"context deadline exceeded: {last}; tried for {limit!.Value.TotalSeconds:0.#} s. Check that the driver container runs and that both mount the directory of the socket");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Cannot connect yet: {address} {reason}")]
        public static partial void NotYet(ILogger logger, string address, string reason);

        [LoggerMessage(2, LogLevel.Information, "Still connecting: {address}")]
        public static partial void StillConnecting(ILogger logger, string address);
    }
}
