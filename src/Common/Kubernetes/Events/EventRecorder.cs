using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Events;

/// <summary>Type of an event.</summary>
public enum EventType
{
    /// <summary>For information.</summary>
    Normal,

    /// <summary>Something did not work.</summary>
    Warning,
}

/// <summary>
/// Tells users what happens to their objects. Recording never waits: events go into a bounded queue and are written in a lane
/// of their own, one after the other, so they can never delay a volume's write. Repetitions become a count (see
/// <see cref="EventCorrelator"/>). An event that cannot be written is lost, with a line in the log; nothing depends on it.
/// </summary>
public sealed partial class EventRecorder
{
    /// <summary>Events that may wait; a further one is dropped with an error line (common contract 12.2).</summary>
    private const int MostWaiting = 1000;

    /// <summary>Tries of one event when the server does not answer; a blocked event must not hold the next ones for minutes.</summary>
    private const int MostTries = 4;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>Limit of one try: the client's own is made for requests that matter more.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Channel<EventRecord> _waiting =
        Channel.CreateBounded<EventRecord>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ApiClient _api;
    private readonly EventCorrelator _correlator;
    private readonly string _component;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <summary>A recorder that reports as <paramref name="component"/>; nothing is written before <see cref="RunAsync"/>.</summary>
    public EventRecorder(ApiClient api, string component, TimeProvider time, ILogger log)
    {
        (_api, _component, _time, _log) = (api, component, time, log);
        _correlator = new EventCorrelator(time);
    }

    /// <summary>Records an event about an object.</summary>
    /// <param name="about">The object, with kind, version and uid.</param>
    /// <param name="type">Whether something went wrong.</param>
    /// <param name="reason">Machine-readable reason.</param>
    /// <param name="message">What happened; no secret may stand in it.</param>
    /// <param name="component">Who says so, where it is not the recorder's own component.</param>
    public void Record(ObjectReference about, EventType type, string reason, string message, string? component = null)
    {
        Log.Occurred(_log, about.Kind ?? "", new ObjectKey(about.Namespace, about.Name ?? ""), type, reason, message);
        if (!_waiting.Writer.TryWrite(new EventRecord(about, type, reason, message, component ?? _component, _time.GetUtcNow()))) Log.Dropped(_log, reason, message);
    }

    /// <summary>Writes what is recorded until <paramref name="stop"/>; what waits then is dropped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var record in _waiting.Reader.ReadAllAsync(stop)) await Write(record, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task Write(EventRecord record, CancellationToken stop)
    {
        if (_correlator.Correlate(record) is not { } decision) return; // too many of them
        for (var attempt = 1; ; attempt++)
        {
            var result = await Try(decision, stop);
            if (result.IsSuccess)
            {
                _correlator.Written(decision, result.Value);
                return;
            }
            if (result.Failure.IsNotFound && decision.Existing is not null)
            {
                decision = decision with { Existing = null }; // it expired meanwhile
                continue;
            }
            if (!result.Failure.IsWithoutAnswer || attempt == MostTries)
            {
                if (result.Failure.IsAlreadyExists || result.Failure.IsNamespaceTerminating) Log.Unwanted(_log, record.Reason, result.Failure.ToString());
                else Log.Lost(_log, new ObjectKey(record.About.Namespace, record.About.Name ?? ""), record.Reason, record.Message, result.Failure.ToString());
                return;
            }
            await Task.Delay(s_pause, _time, stop);
        }
    }

    private async Task<ApiResult<ClusterEvent>> Try(EventDecision decision, CancellationToken stop)
    {
        using var limit = new TimeLimit(s_patience, _time, stop);
        try
        {
            return decision.Existing is null ? await Create(decision, limit.Token) : await CountUp(decision, limit.Token);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            return ApiFailure.WithoutAnswer($"no answer from the API server within {s_patience.TotalSeconds:0} s");
        }
    }

    private Task<ApiResult<ClusterEvent>> Create(EventDecision decision, CancellationToken stop)
    {
        var about = decision.Record.About;
        return _api.CreateAsync(Resources.Events, new ClusterEvent
        {
            ApiVersion = "v1",
            Kind = "Event",
            Metadata = new ObjectMeta
            {
                Name = EventName.Of(about.Name, decision.Record.At, decision.Sequence),
                Namespace = string.IsNullOrEmpty(about.Namespace) ? "default" : about.Namespace,
            },
            InvolvedObject = about,
            Type = decision.Record.Type.ToString(),
            Reason = decision.Record.Reason,
            Message = decision.Message,
            Source = new EventSource { Component = decision.Record.Component },
            ReportingComponent = decision.Record.Component,
            FirstTimestamp = decision.First,
            LastTimestamp = decision.Record.At,
            Count = decision.Count,
        }, stop, abandon: stop);
    }

    private Task<ApiResult<ClusterEvent>> CountUp(EventDecision decision, CancellationToken stop) =>
        _api.PatchAsync(Resources.Events, decision.Existing!.Value, null, EventPatch.CountUp(decision), MediaTypes.StrategicMergePatch, stop, abandon: stop);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Event occurred {Kind} {Object} {Type} {Reason} {Message}")]
        public static partial void Occurred(ILogger logger, string kind, ObjectKey @object, EventType type, string reason, string message);

        [LoggerMessage(2, LogLevel.Error, "Event dropped, too many wait to be written {Reason} {Message}")]
        public static partial void Dropped(ILogger logger, string reason, string message);

        [LoggerMessage(3, LogLevel.Error, "Event lost, the API server did not take it {Object} {Reason} {Message} {Err}")]
        public static partial void Lost(ILogger logger, ObjectKey @object, string reason, string message, string err);

        [LoggerMessage(4, LogLevel.Trace, "Event not written {Reason} {Err}")]
        public static partial void Unwanted(ILogger logger, string reason, string err);
    }
}
