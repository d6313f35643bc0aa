using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>
/// Keeps the object in existence for as long as it runs: looks at it at the start and after each change a watch of it tells of, or every two
/// minutes where it may not be watched (registrar contract B2). What fails is logged and tried again with growing pauses; nothing the API
/// server does ends it.
/// </summary>
internal sealed partial class Keeper(DriverObject item, Registrar registrar, RegistrarState state, TimeProvider time, ILogger log)
{
    private const string Look = "look";
    private const string Watch = "watch";

    /// <summary>The original's period of looking.</summary>
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);

    private readonly ItemBackoff<string> _backoff = new(s_firstPause, s_period);
    private readonly OptionalRight _watching = new();

    /// <summary>Works until <paramref name="stop"/>, and then returns.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            state.WaitsFor($"looking for CSIDriver {item.Name}");
            while (true) await Task.Delay(await Round(stop), time, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>From the opening of a watch to its end; returns the pause before the next one.</summary>
    private async Task<TimeSpan> Round(CancellationToken stop)
    {
        if (!_watching.TakeTurn()) return await FailedLook(stop) ?? s_period;
        // Opened before the first look, so that no change falls between the two.
        var opened = await item.WatchAsync(stop);
        using var watch = opened.Value;
        var isNew = _watching.Used(opened.Failure is { IsForbidden: true });
        if (isNew) Log.Unwatched(log, item.Name, opened.Failure!.ToString(), s_period);
        if (await FailedLook(stop) is { } pause) return pause;
        if (watch is null) return Unwatched(opened.Failure!);
        while (true)
        {
            var step = await watch.NextAsync(stop);
            if (step.IsEnd) return AfterEnd(watch, step.Problem);
            if (!registrar.HasJudged(step.Version) && await FailedLook(stop) is { } wait) return wait;
        }
    }

    /// <summary>Looks at the object. Null where that went well, or the pause before the next try.</summary>
    private async Task<TimeSpan?> FailedLook(CancellationToken stop)
    {
        var settled = await registrar.SettleAsync(stop);
        if (settled.Failure is not { } failure)
        {
            _backoff.Forget(Look);
            if (settled.IsLeaving) state.WaitsFor($"CSIDriver {item.Name} is being deleted");
            else state.Ready();
            return null;
        }
        var pause = Longer(_backoff.Next(Look), failure.RetryAfter);
        state.WaitsFor($"could not {settled.Verb} CSIDriver {item.Name}: {failure}");
        Log.Failed(log, settled.Verb, item.Name, failure.ToString(), Advice.On(failure, settled.Verb), pause);
        return pause;
    }

    private TimeSpan Unwatched(ApiFailure failure)
    {
        if (failure.IsForbidden) return s_period;
        var pause = Longer(_backoff.Next(Watch), failure.RetryAfter);
        Log.WatchFailed(log, item.Name, failure.ToString(), pause);
        return pause;
    }

    private TimeSpan AfterEnd(ObjectWatch watch, string? problem)
    {
        if (watch.IsServed) _backoff.Forget(Watch);
        if (watch.IsServed && problem is null) return TimeSpan.Zero;
        var pause = _backoff.Next(Watch);
        if (problem is null) Log.WatchClosed(log, item.Name, pause);
        else Log.WatchFailed(log, item.Name, problem, pause);
        return pause;
    }

    private static TimeSpan Longer(TimeSpan own, TimeSpan? asked) => asked > own ? asked.Value : own;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A request about the CSIDriver failed, trying again: {verb} {CSIDriver} {err} {advice} {retryAfter}")]
        public static partial void Failed(ILogger logger, string verb, string csiDriver, string err, string advice, TimeSpan retryAfter);

        [LoggerMessage(2, LogLevel.Warning, "The watch of the CSIDriver failed, opening another: {CSIDriver} {err} {retryAfter}")]
        public static partial void WatchFailed(ILogger logger, string csiDriver, string err, TimeSpan retryAfter);

        [LoggerMessage(4, LogLevel.Debug, "The server closed the watch of the CSIDriver before its time, opening another: {CSIDriver} {retryAfter}")]
        public static partial void WatchClosed(ILogger logger, string csiDriver, TimeSpan retryAfter);

        [LoggerMessage(3, LogLevel.Warning,
            "Not allowed to watch the CSIDriver, looking from time to time instead; grant the verb watch on csidrivers to the service account: {CSIDriver} {err} {period}")]
        public static partial void Unwatched(ILogger logger, string csiDriver, string err, TimeSpan period);
    }
}
