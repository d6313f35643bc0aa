using Microsoft.Extensions.Logging;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Leading;

/// <summary>
/// Holds a lease so that of several replicas one works (common contract 6). It trusts no clock but its own: another holder is
/// gone when its record has not changed for the time that record itself names. The work's token is cancelled as soon as the
/// lease was not renewed within the renew deadline, which is before any other replica may take it, and at once where it turns out
/// that another holds the lease: somebody deleted or edited it. Nothing fences the API: a write already under way when the lease is
/// lost may still arrive.
/// </summary>
public sealed partial class LeaderElector
{
    /// <summary>
    /// Part of the lease's duration that its holder leaves unused, so that it has stopped before the first moment at which
    /// another one may begin.
    /// </summary>
    private const double UnusedPart = 0.05;

    private readonly LeaseLock _lease;
    private readonly LeaderElectionOptions _options;
    private readonly LeaderElectionMetrics _metrics;
    private readonly Action<Lease, string> _announce;
    private readonly TimeProvider _time;
    private readonly Func<double> _random;
    private readonly ILogger _log;

    private Lease? _observed;
    private long _observedAt;
    private string _reportedLeader = "";
    private volatile bool _isLeading;

    /// <summary>What came of one try, or of a round of them.</summary>
    private enum Attempt
    {
        Failed,
        Succeeded,

        /// <summary>The lease is another's: a candidate waits, and a leader has lost it.</summary>
        HeldByAnother,
    }

    /// <summary>A candidate; nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="api">A client of its own, so that ordinary calls cannot starve a renewal.</param>
    /// <param name="options">Names and times.</param>
    /// <param name="metrics">Metrics of the election.</param>
    /// <param name="announce">Told "became leader" with the lease, to make an event of it.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">Log.</param>
    /// <param name="random">Source of jitter, from 0 to below 1.</param>
    public LeaderElector(ApiClient api, LeaderElectionOptions options, LeaderElectionMetrics metrics, Action<Lease, string> announce,
        TimeProvider time, ILogger log, Func<double>? random = null)
    {
        _lease = new LeaseLock(api, options.Namespace, options.LeaseName);
        (_options, _metrics, _announce, _time, _log, _random) = (options, metrics, announce, time, log, random ?? Random.Shared.NextDouble);
    }

    /// <summary>
    /// Waits for the lease, works while it is held, and returns when it is lost, when the work ends, or on <paramref name="stop"/>.
    /// </summary>
    /// <param name="work">The work of the leader; its token is cancelled when it must stop.</param>
    /// <param name="releases">Whether the lease is given back, asked at the end (<c>ReleaseLeaderElectionOnExit</c>).</param>
    /// <param name="stop">Ends the candidacy or the leadership.</param>
    /// <returns>True when it ended because it was asked to, or the work was done; false when the lease was lost.</returns>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> work, Func<bool> releases, CancellationToken stop)
    {
        if (!await Acquire(stop)) return true;

        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var working = Task.Run(() => work(leading.Token), CancellationToken.None);
        // Renewal goes on while the work drains after a stop: the lease must be ours until the last write.
        using var renewing = new CancellationTokenSource();
        var renewal = Renew(renewing.Token);
        await Task.WhenAny(working, renewal);
        var isLost = renewal.IsCompleted;

        _isLeading = false;
        _metrics.Leading(false);
        await leading.CancelAsync();
        await renewing.CancelAsync();
        await renewal;
        if (isLost) return false; // does not wait for the work: the process ends
        try
        {
            await working;
        }
        finally
        {
            if (releases()) await Release(); // also where the work failed: it has ended, and another replica may do better
        }
        return true;
    }

    /// <summary>
    /// Whether the election is in order (common contract 5): true for a candidate, and for a leader that renewed within the
    /// lease duration and <paramref name="tolerance"/>.
    /// </summary>
    public bool IsHealthy(TimeSpan tolerance) =>
        !_isLeading || _time.GetElapsedTime(Volatile.Read(ref _observedAt)) <= _options.LeaseDuration + tolerance;

    private async Task<bool> Acquire(CancellationToken stop)
    {
        Log.Acquiring(_log, _options.Namespace, _options.LeaseName);
        try
        {
            while (await TryInTime(stop) is not Attempt.Succeeded) await Pause.For(_options.RetryPeriod * (1 + LeaderElectionOptions.JitterFactor * _random()), _time, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
        _isLeading = true;
        _metrics.Leading(true);
        Log.Acquired(_log, _options.Namespace, _options.LeaseName, _options.Identity);
        _announce(_observed!, $"{_options.Identity} became leader");
        return true;
    }

    /// <summary>Renews until a whole round fails or the lease is another's; returns then, or when told to stop.</summary>
    private async Task Renew(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Pause.For(_options.RetryPeriod, _time, stop);
                var round = await RenewRound(stop);
                if (round is Attempt.Succeeded) continue;
                if (round is Attempt.HeldByAnother) Log.TakenOver(_log, _options.LeaseName, _observed?.Spec?.HolderIdentity ?? "");
                else Log.Lost(_log, _options.LeaseName);
                return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The leadership ends in order.
        }
    }

    private async Task<Attempt> RenewRound(CancellationToken stop)
    {
        // Counted from when the last renewal was sent, not from when its answer came: others count from its arrival.
        var untilOthersMay = TimeSpan.FromSeconds(WholeSeconds) * (1 - UnusedPart) - _time.GetElapsedTime(Volatile.Read(ref _observedAt));
        if (untilOthersMay <= TimeSpan.Zero) return Attempt.Failed;
        using var deadline = new TimeLimit(untilOthersMay < _options.RenewDeadline ? untilOthersMay : _options.RenewDeadline, _time, stop);
        try
        {
            while (true)
            {
                var began = _time.GetTimestamp();
                if (await TryInTime(deadline.Token) is var attempt and not Attempt.Failed) return attempt;
                // Tries begin a retry period apart: one that hung has used up the pause already.
                var pause = _options.RetryPeriod - _time.GetElapsedTime(began);
                if (pause > TimeSpan.Zero) await Pause.For(pause, _time, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return Attempt.Failed;
        }
    }

    /// <summary>One try, in half of the renew deadline: a request that hangs must leave time for another.</summary>
    private async Task<Attempt> TryInTime(CancellationToken stop)
    {
        using var limit = new TimeLimit(_options.RenewDeadline / 2, _time, stop);
        try
        {
            return await Try(limit.Token);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            Log.Failed(_log, "renew or acquire", _options.Namespace, _options.LeaseName, $"no answer within {_options.RenewDeadline.TotalSeconds / 2:0.#} s");
            return Attempt.Failed;
        }
    }

    private async Task<Attempt> Try(CancellationToken cancel)
    {
        var (now, sent) = (_time.GetUtcNow(), _time.GetTimestamp());
        if (_observed is { Spec.HolderIdentity: var holder } known && holder == _options.Identity && IsStillValid(known))
        {
            var renewed = await _lease.Update(known, RecordOf(known.Spec!.AcquireTime ?? now, now, known.Spec.LeaseTransitions ?? 0), _options.Labels, cancel);
            if (renewed.IsSuccess)
            {
                Observe(renewed.Value, sent);
                Log.Renewed(_log, _options.LeaseName);
                return Attempt.Succeeded;
            }
            Log.FastPathFailed(_log, _options.LeaseName, renewed.Failure.ToString());
        }

        var read = await _lease.Get(cancel);
        if (read.Failure is { IsNotFound: true })
        {
            var created = await Create(cancel);
            if (created is not Attempt.HeldByAnother) return created;
            read = await _lease.Get(cancel); // somebody was quicker, or a try of ours that we had given up
        }
        if (!read.IsSuccess) return Failed("read", read.Failure);

        if (_observed is null || !IsSameRecord(_observed.Spec, read.Value.Spec)) Observe(read.Value, _time.GetTimestamp());
        else _observed = read.Value; // the version may have moved; the time of observation has not
        var record = read.Value.Spec;
        var isOurs = record?.HolderIdentity == _options.Identity;
        // A leader does not take the lease back from whoever has it by now, valid or not: that one may be at work.
        if (!string.IsNullOrEmpty(record?.HolderIdentity) && !isOurs && (_isLeading || IsStillValid(read.Value))) return Attempt.HeldByAnother;

        if (isOurs) _metrics.SlowPath();
        (now, sent) = (_time.GetUtcNow(), _time.GetTimestamp());
        var spec = isOurs
            ? RecordOf(record!.AcquireTime ?? now, now, record.LeaseTransitions ?? 0)
            : RecordOf(now, now, (record?.LeaseTransitions ?? 0) + 1);
        var taken = await _lease.Update(read.Value, spec, _options.Labels, cancel);
        if (!taken.IsSuccess) return Failed("update", taken.Failure);
        Observe(taken.Value, sent);
        return Attempt.Succeeded;
    }

    private async Task<Attempt> Create(CancellationToken cancel)
    {
        var (now, sent) = (_time.GetUtcNow(), _time.GetTimestamp());
        var created = await _lease.Create(RecordOf(now, now, 0), _options.Labels, cancel);
        if (!created.IsSuccess) return created.Failure.IsAlreadyExists ? Attempt.HeldByAnother : Failed("create", created.Failure);
        Observe(created.Value, sent);
        return Attempt.Succeeded;
    }

    private async Task Release()
    {
        using var limit = new TimeLimit(_options.RenewDeadline, _time, CancellationToken.None);
        try
        {
            var read = await _lease.Get(limit.Token);
            if (!read.IsSuccess || read.Value.Spec?.HolderIdentity != _options.Identity) return;
            var now = _time.GetUtcNow();
            var record = RecordOf(now, now, read.Value.Spec.LeaseTransitions ?? 0);
            (record.HolderIdentity, record.LeaseDurationSeconds) = ("", 1);
            var released = await _lease.Update(read.Value, record, _options.Labels, limit.Token);
            if (released.IsSuccess) Log.Released(_log, _options.LeaseName);
            else Failed("release", released.Failure);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            Log.Failed(_log, "release", _options.Namespace, _options.LeaseName, "no answer within the renew deadline; the lease expires by itself");
        }
    }

    /// <summary>What others go by: the record holds no fractions of a second.</summary>
    private int WholeSeconds => (int)_options.LeaseDuration.TotalSeconds;

    private LeaseSpec RecordOf(DateTimeOffset acquired, DateTimeOffset renewed, int transitions) => new()
    {
        HolderIdentity = _options.Identity,
        LeaseDurationSeconds = WholeSeconds,
        AcquireTime = acquired,
        RenewTime = renewed,
        LeaseTransitions = transitions,
    };

    /// <param name="lease">The lease as it is now.</param>
    /// <param name="at">When it certainly was not yet older: for our own record when it was sent, for another's when it was read.</param>
    private void Observe(Lease lease, long at)
    {
        _observed = lease;
        Volatile.Write(ref _observedAt, at);
        var leader = lease.Spec?.HolderIdentity ?? "";
        if (leader == _reportedLeader) return;
        _reportedLeader = leader;
        Log.NewLeader(_log, _options.LeaseName, leader);
    }

    /// <summary>Judged by how long we have seen the record unchanged, and by the duration it names.</summary>
    private bool IsStillValid(Lease lease) =>
        _time.GetElapsedTime(Volatile.Read(ref _observedAt)) < TimeSpan.FromSeconds(lease.Spec?.LeaseDurationSeconds ?? 0);

    private static bool IsSameRecord(LeaseSpec? a, LeaseSpec? b) =>
        a?.HolderIdentity == b?.HolderIdentity && a?.RenewTime == b?.RenewTime && a?.AcquireTime == b?.AcquireTime
        && a?.LeaseTransitions == b?.LeaseTransitions && a?.LeaseDurationSeconds == b?.LeaseDurationSeconds;

    private Attempt Failed(string step, ApiFailure failure)
    {
        Log.Failed(_log, step, _options.Namespace, _options.LeaseName, failure.ToString());
        return Attempt.Failed;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Attempting to acquire leader lease {Namespace} {Lease}")]
        public static partial void Acquiring(ILogger logger, string @namespace, string lease);

        [LoggerMessage(2, LogLevel.Information, "Successfully acquired lease {Namespace} {Lease} {Identity}")]
        public static partial void Acquired(ILogger logger, string @namespace, string lease, string identity);

        [LoggerMessage(3, LogLevel.Trace, "Renewed lease {Lease}")]
        public static partial void Renewed(ILogger logger, string lease);

        [LoggerMessage(4, LogLevel.Information, "Renewing without a read failed, reading the lease {Lease} {Err}")]
        public static partial void FastPathFailed(ILogger logger, string lease, string err);

        [LoggerMessage(5, LogLevel.Debug, "New leader {Lease} {Leader}")]
        public static partial void NewLeader(ILogger logger, string lease, string leader);

        [LoggerMessage(6, LogLevel.Warning, "Lease request failed, trying again {Step} {Namespace} {Lease} {Err}")]
        public static partial void Failed(ILogger logger, string step, string @namespace, string lease, string err);

        [LoggerMessage(7, LogLevel.Error, "Stopped leading, the lease was not renewed in time {Lease}")]
        public static partial void Lost(ILogger logger, string lease);

        [LoggerMessage(8, LogLevel.Information, "Released lease {Lease}")]
        public static partial void Released(ILogger logger, string lease);

        [LoggerMessage(9, LogLevel.Error, "Stopped leading, another holds the lease {Lease} {Leader}")]
        public static partial void TakenOver(ILogger logger, string lease, string leader);
    }
}
