using System.Globalization;
using Sidecars.ExternalAttacher.Attachments;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Waiting;

/// <summary>
/// The attachments that are not done yet, and since when we know of them: the backlog. It is two metrics, and an event for whoever
/// waits long, with the reason and the time of the next try. Nothing is decided by it.
/// </summary>
internal sealed class WaitingAttachments : IDisposable
{
    /// <summary>After this long somebody looks at their pod and asks why.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>An event is kept for an hour; one that still holds is told again well before.</summary>
    private static readonly TimeSpan s_reminder = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Wait> _waits = new(StringComparer.Ordinal);
    private readonly Lanes _lanes;
    private readonly EventRecorder _events;
    private readonly RetryTimes _retries;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _timerAt = long.MaxValue; // when the timer fires; the largest number where it is not set

    public WaitingAttachments(Lanes lanes, RetryTimes retries, EventRecorder events, MetricRegistry registry, TimeProvider time)
    {
        (_lanes, _retries, _events, _time) = (lanes, retries, events, time);
        _timer = time.CreateTimer(_ => TellDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var count = registry.Gauge("csi_attacher_waiting_attachments", "Attachments of this driver that wait to be attached or detached.", "operation");
        var age = registry.Gauge("csi_attacher_oldest_waiting_attachment_seconds", "How long the oldest of them has been waiting.", "operation");
        foreach (var lane in (ReadOnlySpan<Lane>)[lanes.Attach, lanes.Detach])
        {
            count.With(lane.Name).Callback(() => Backlog(lane).Count);
            age.With(lane.Name).Callback(() => Backlog(lane).Oldest.TotalSeconds);
        }
    }

    private sealed class Wait(VolumeAttachment about, Lane lane, long since)
    {
        public VolumeAttachment About => about;

        public Lane Lane => lane;

        public long Since => since;

        public string? Reason { get; set; }

        public DateTimeOffset? NextTry { get; set; }

        public long TellAt { get; set; }
    }

    /// <summary>The attachment has something to wait for; known already, it goes on waiting.</summary>
    public void Began(VolumeAttachment attachment)
    {
        var lane = _lanes.LaneOf(attachment);
        lock (_lock)
        {
            if (_waits.TryGetValue(attachment.Name, out var known) && known.Lane == lane && known.About.Uid == attachment.Uid) return;
            var now = _time.GetTimestamp();
            _waits[attachment.Name] = new Wait(attachment, lane, now) { TellAt = now + TicksOf(s_patience) };
            SetTimerWhileLocked(now + TicksOf(s_patience));
        }
    }

    /// <summary>An attempt failed; the outcome is a retry for that reason.</summary>
    public Outcome Failed(VolumeAttachment attachment, string reason)
    {
        lock (_lock)
        {
            if (FindWhileLocked(attachment) is { } wait)
                (wait.Reason, wait.NextTry) = (reason, _time.GetUtcNow() + _retries.After(wait.Lane.Backoff.FailuresOf(attachment.Name)));
        }
        return Outcome.Retry(reason);
    }

    /// <summary>Done, gone, or nothing to wait for after all.</summary>
    public void Finished(VolumeAttachment attachment)
    {
        lock (_lock)
        {
            if (FindWhileLocked(attachment) is not null) _waits.Remove(attachment.Name);
        }
    }

    /// <summary>Attached; a detach that is waited for by now goes on waiting.</summary>
    public void Attached(VolumeAttachment attachment)
    {
        lock (_lock)
        {
            if (FindWhileLocked(attachment) is { } wait && wait.Lane == _lanes.Attach) _waits.Remove(attachment.Name);
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Its own wait; one of a successor of the same name is another matter.</summary>
    private Wait? FindWhileLocked(VolumeAttachment attachment) =>
        _waits.TryGetValue(attachment.Name, out var wait) && wait.About.Uid == attachment.Uid ? wait : null;

    private (int Count, TimeSpan Oldest) Backlog(Lane lane)
    {
        lock (_lock)
        {
            var (count, oldest) = (0, TimeSpan.Zero);
            foreach (var wait in _waits.Values)
            {
                if (wait.Lane != lane) continue;
                count++;
                if (_time.GetElapsedTime(wait.Since) is var age && age > oldest) oldest = age;
            }
            return (count, oldest);
        }
    }

    private void TellDue()
    {
        var due = new List<Wait>();
        lock (_lock)
        {
            _timerAt = long.MaxValue;
            var now = _time.GetTimestamp();
            foreach (var wait in _waits.Values)
            {
                if (wait.TellAt > now) continue;
                wait.TellAt = now + TicksOf(s_reminder);
                due.Add(wait);
            }
            if (_waits.Count > 0) SetTimerWhileLocked(_waits.Values.Min(w => w.TellAt));
            foreach (var wait in due) Tell(wait); // recording does not wait
        }
    }

    private void Tell(Wait wait)
    {
        var isDetach = wait.Lane == _lanes.Detach;
        var volume = wait.About.Spec.Source?.PersistentVolumeName is { } name ? $"volume {name}" : "the inline volume";
        var seconds = (int)_time.GetElapsedTime(wait.Since).TotalSeconds;
        var reason = wait.Reason ?? (_lanes.IsInHand(wait.About.Name) ? "the driver has not answered yet" : $"{wait.Lane.Queue.Depth} others are waiting too");
        var next = _lanes.IsInHand(wait.About.Name) ? "it is being tried now"
            : wait.NextTry is { } at && at > _time.GetUtcNow() ? $"next try at {at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}"
            : "it is tried as soon as a worker is free";
        _events.Record(ObjectReference.To(wait.About, "VolumeAttachment", "storage.k8s.io/v1"), EventType.Warning,
            isDetach ? "DetachmentDelayed" : "AttachmentDelayed",
            Patches.ApiText.Cut($"{volume} is not {(isDetach ? "detached from" : "attached to")} node {wait.About.Spec.NodeName} after {seconds} s; {next}; reason: {reason}"));
    }

    private void SetTimerWhileLocked(long at)
    {
        if (_timerAt <= at) return;
        _timerAt = at;
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), at);
        _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}
