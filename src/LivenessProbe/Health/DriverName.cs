using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;

namespace Sidecars.LivenessProbe.Health;

/// <summary>Waits for the driver and asks for its name, for as long as it takes (liveness contract 3).</summary>
internal sealed partial class DriverName(CsiAddress address, CsiCallMetrics metrics, ILogger<DriverName> log, TimeProvider time)
{
    /// <summary>How long the driver may think about its name before it is asked again.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a driver that went away while it was asked.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The name; or why there is none: a driver that answers with an error, or with no name, is a broken one.</summary>
    public async Task<(string? Name, string? Error)> Ask(CancellationToken stop)
    {
        while (true)
        {
            var (connection, failure) = await NodeConnection.ConnectAsync(address, null, metrics, log, time, stop);
            if (connection is null) return (null, failure!.Text);
            using var connected = connection;
            var name = await new DriverIdentity(connection.Invoker, new CsiCall(time), Limit).NameAsync(stop);
            if (name.IsOk) return (name.Response, null);
            // On a new connection: another driver may be at the path by now, and one that stands still would be sent more and more.
            if (name.Error.IsLimit) Log.StillNoName(log, address.Text, Limit);
            else if (name.Error.Code is StatusCode.Unavailable) await AfterLoss(name.Error, connection.Lost.IsCompleted, stop);
            else return (null, name.Error.Text);
        }
    }

    private async Task AfterLoss(CsiError error, bool isLost, CancellationToken stop)
    {
        if (isLost) Log.LostWhileAsked(log, address.Text, error.Text);
        else Log.NotAvailable(log, address.Text, error.Text);
        await Task.Delay(Pause, time, stop);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The driver accepts connections and does not tell its name, asking again: {address} {limit}")]
        public static partial void StillNoName(ILogger logger, string address, TimeSpan limit);

        [LoggerMessage(2, LogLevel.Warning, "The driver went away while it was asked for its name, waiting for it again: {address} {err}")]
        public static partial void LostWhileAsked(ILogger logger, string address, string err);

        [LoggerMessage(3, LogLevel.Warning, "The driver is not available yet behind what took the connection, asking again: {address} {err}")]
        public static partial void NotAvailable(ILogger logger, string address, string err);
    }
}
