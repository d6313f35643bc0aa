using Microsoft.Extensions.Logging;
using Sidecars.Hosting;

namespace Sidecars.Csi;

/// <summary>
/// The schedule of a <see cref="NodeConnection"/> that waits for its driver: an attempt a second, a line every ten (common contract 3.2). By
/// hand, because the retry library is a twentieth of such a program.
/// </summary>
internal sealed partial class Dialling(CsiAddress address, ILogger logger, TimeProvider time)
{
    /// <summary>How long a driver that took a connection may be silent before another one is tried: what gRPC gives it.</summary>
    internal static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(20);

    private const string DeadlineExceeded = "context deadline exceeded: ";
    private static readonly TimeSpan s_reminderPeriod = TimeSpan.FromSeconds(10);

    public async Task<(NodeConnection? Connection, ConnectFailure? Failure)> Run(
        TimeSpan? limit, Func<TimeSpan, Task<(NodeConnection? Connection, ConnectFailure? Failure)>> attempt, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        using var limited = new TimeLimit(limit, time, stop);
        var last = "no answer yet";
        using var reminder = time.CreateTimer(_ => Log.StillConnecting(logger, address.Text, Volatile.Read(ref last)), null, s_reminderPeriod, s_reminderPeriod);
        ConnectFailure? failure = null;
        while (true)
        {
            var left = limit - time.GetElapsedTime(began);
            if (failure is not null && left <= TimeSpan.Zero) return (null, GivenUp(failure, limit!.Value));
            (var connection, failure) = await attempt(left < AttemptLimit ? left.Value : AttemptLimit);
            if (connection is not null) return (connection, null);
            Volatile.Write(ref last, failure!.Reason);
            Log.NotYet(logger, address.Text, failure.Reason);
            try
            {
                await Task.Delay(RetryDelay.Next(), time, limited.Token);
            }
            catch (OperationCanceledException) when (limited.HasPassed)
            {
                return (null, GivenUp(failure, limit!.Value));
            }
        }
    }

    private static ConnectFailure GivenUp(ConnectFailure last, TimeSpan limit) => last with
    {
        Reason = $"{(last.Reason.StartsWith(DeadlineExceeded, StringComparison.Ordinal) ? "" : DeadlineExceeded)}{last.Reason}; tried for {GoDuration.Format(limit)}. " +
            "Check that the driver container runs and that both mount the directory of the socket",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Cannot connect yet: {address} {reason}")]
        public static partial void NotYet(ILogger logger, string address, string reason);

        [LoggerMessage(2, LogLevel.Information, "Still connecting: {address} {reason}")]
        public static partial void StillConnecting(ILogger logger, string address, string reason);
    }
}
