using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Sidecars.Csi;

/// <summary>
/// Connects to one driver, as often as asked: waits until somebody listens on the socket, about one attempt a second, and gives up after the
/// limit of the options. Holds no connection itself; each call of <see cref="ConnectAsync"/> makes a new one. Only reachability is waited
/// for, not readiness: that is <see cref="DriverProbe"/>'s.
/// </summary>
public sealed partial class CsiConnector
{
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromSeconds(10);
    private static readonly ResiliencePropertyKey<Attempts> AttemptsKey = new("attempts");

    private readonly CsiConnectionOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _pipeline;

    /// <summary>Prepares the schedule of attempts; nothing is dialled yet.</summary>
    public CsiConnector(CsiConnectionOptions options, ILogger logger, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.ConnectLimit is { } limit) builder.AddTimeout(new TimeoutStrategyOptions { Timeout = limit });
        _pipeline = builder.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<SocketException>(),
            MaxRetryAttempts = int.MaxValue,
            DelayGenerator = _ => ValueTask.FromResult<TimeSpan?>(RetryDelay.Next()),
            OnRetry = arguments =>
            {
                if (arguments.Context.Properties.TryGetValue(AttemptsKey, out var attempts)) attempts.LastFailure = arguments.Outcome.Exception;
                Log.NotYet(_logger, options.Address.Text, Reason(arguments.Outcome.Exception));
                return ValueTask.CompletedTask;
            },
        }).Build();
    }

    /// <summary>
    /// Waits for the driver's socket and returns a connection to it. Throws <see cref="CsiConnectionException"/> after the limit, or at once
    /// where the address cannot be used; <see cref="OperationCanceledException"/> only when <paramref name="stop"/> was asked for.
    /// </summary>
    public async Task<CsiConnection> ConnectAsync(CancellationToken stop)
    {
        var address = _options.Address;
        if (_options.OnLoss == LossPolicy.Exit && !address.IsUnixUrlOrPath)
        {
            throw new CsiConnectionException(
                $"cannot use the CSI address \"{address}\": callback only supported for unix:// addresses; give the path of the driver's socket");
        }

        var attempts = new Attempts();
        var context = ResilienceContextPool.Shared.Get(stop);
        context.Properties.Set(AttemptsKey, attempts);
        using var reminder = _time.CreateTimer(_ => Log.StillConnecting(_logger, address.Text, Reason(attempts.LastFailure)), null, ReminderPeriod, ReminderPeriod);
        try
        {
            Log.Connecting(_logger, address.Text);
            var stream = await _pipeline.ExecuteAsync(
                static async (c, self) => await UnixSocketConnector.ConnectAsync(self._options.Address, self._time, c.CancellationToken), context, this);
            return new CsiConnection(_options, stream, _logger, _time);
        }
        catch (TimeoutRejectedException e)
        {
            throw new CsiConnectionException(
                $"cannot connect to the CSI driver at {address} within {_options.ConnectLimit!.Value.TotalSeconds:0.#} s: context deadline exceeded; " +
                $"the last attempt met: {Reason(attempts.LastFailure)}. " +
                "Check that the driver container runs and that both mount the directory of the socket", e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CsiConnectionException($"cannot connect to the CSI driver at {address}: {Reason(e)}", e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private string Reason(Exception? failure) =>
        failure is null ? "no answer" : UnixSocketConnector.Describe(failure, _options.Address);

    private sealed class Attempts
    {
        private Exception? _lastFailure; // written by the attempts, read by the reminder

        public Exception? LastFailure
        {
            get => Volatile.Read(ref _lastFailure);
            set => Volatile.Write(ref _lastFailure, value);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Connecting to CSI driver: {address}")]
        public static partial void Connecting(ILogger logger, string address);

        [LoggerMessage(2, LogLevel.Debug, "Cannot connect yet: {address} {reason}")]
        public static partial void NotYet(ILogger logger, string address, string reason);

        [LoggerMessage(3, LogLevel.Information, "Still connecting: {address} {reason}")]
        public static partial void StillConnecting(ILogger logger, string address, string reason);
    }
}
