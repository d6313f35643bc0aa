using Microsoft.Extensions.Logging;
using Sidecars.Csi;

namespace Sidecars.LivenessProbe.Health;

/// <summary>Waits for the driver and asks for its name, for as long as it takes (liveness contract 3).</summary>
internal sealed partial class DriverName(CsiAddress address, CsiCallMetrics metrics, ILogger<DriverName> log, TimeProvider time)
{
    /// <summary>How long the driver may think about its name before it is asked again.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The name; or why there is none: a driver that answers with an error, or with no name, is a broken one.</summary>
    public async Task<(string? Name, string? Error)> Ask(CancellationToken stop)
    {
        var (connection, failure) = await NodeConnection.ConnectAsync(address, null, metrics, log, time, stop);
        if (connection is null) return (null, failure!.Text);
        using var connected = connection;
        var identity = new DriverIdentity(connection.Invoker, new CsiCall(time), Limit);
        while (true)
        {
            var name = await identity.NameAsync(stop);
            if (name.IsOk) return (name.Response, null);
            if (name.Error != CsiError.DeadlineExceeded) return (null, name.Error.Text);
            Log.StillNoName(log, address.Text, Limit);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The driver accepts connections and does not tell its name, asking again: {address} {limit}")]
        public static partial void StillNoName(ILogger logger, string address, TimeSpan limit);
    }
}
