using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ClusterDriverRegistrar.Driver;

/// <summary>
/// The way to the driver: waits for it without limit, asks it, and asks again whenever it was gone. What it said first holds for the life
/// of the process; <see cref="UntilItDiffersAsync"/> tells when a driver has come back as another one.
/// </summary>
internal sealed partial class DriverLink(CsiAddress address, bool? attachRequired, TimeSpan callLimit, CsiCallMetrics metrics, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    private const string Link = "link";
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);

    /// <summary>A connection that lasted so long was a good one.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly ItemBackoff<string> _backoff = new(s_firstPause, s_longestPause);
    private readonly ILogger _log = loggers.CreateLogger<DriverLink>();
    private NodeConnection? _connection;

    /// <summary>Connects, and asks; a driver that goes away while it is asked is waited for anew.</summary>
    public async Task<CsiResult<DriverFacts>> MeetAsync(CancellationToken stop)
    {
        while (true)
        {
            _connection?.Dispose();
            var (connection, failure) = await NodeConnection.ConnectAsync(address, null, metrics, loggers.CreateLogger<NodeConnection>(), time, stop);
            if (connection is null) return CsiError.Local(failure!.Text);
            _connection = connection;
            var questions = new DriverQuestions(_connection.Invoker, address.Text, attachRequired, callLimit, time, loggers.CreateLogger<DriverQuestions>())
            {
                Lost = connection.Lost,
            };
            var facts = await questions.AskAsync(stop);
            if (!questions.WasCutOff) return facts;
            Log.LostWhileAsked(_log, address.Text, facts.Error!.Text);
            await Task.Delay(_backoff.Next(Link), time, stop);
        }
    }

    /// <summary>
    /// Watches over the driver after <see cref="MeetAsync"/>, through any number of restarts, and completes with what it says once that
    /// is not <paramref name="known"/> any more. A driver that comes back broken changes nothing.
    /// </summary>
    public async Task<DriverFacts> UntilItDiffersAsync(DriverFacts known, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            await _connection!.Lost.WaitAsync(stop);
            if (time.GetElapsedTime(since) >= s_longestPause) _backoff.Forget(Link);
            else await Task.Delay(_backoff.Next(Link), time, stop); // whoever drops every connection is not dialled without end
            var again = await MeetAsync(stop);
            since = time.GetTimestamp();
            if (!again.IsOk) Log.CameBackBroken(_log, known.Name, again.Error.Text);
            else if (again.Response != known) return again.Response;
            else Log.CameBack(_log, known.Name);
        }
    }

    public void Dispose() => _connection?.Dispose();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The driver is back and says the same as before: {driver}")]
        public static partial void CameBack(ILogger logger, string driver);

        [LoggerMessage(2, LogLevel.Error, "The driver is back and does not say who it is; its object stays as it is, look at the driver's log: {driver} {err}")]
        public static partial void CameBackBroken(ILogger logger, string driver, string err);

        [LoggerMessage(3, LogLevel.Warning, "The driver went away while it was asked who it is, waiting for it again: {address} {err}")]
        public static partial void LostWhileAsked(ILogger logger, string address, string err);
    }
}
