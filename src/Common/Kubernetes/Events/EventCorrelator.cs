using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Events;

/// <summary>
/// Decides what is written for an event, so that a failing volume does not flood the cluster (common contract 12.2): the same
/// event again becomes a count; from the tenth different message of one object and reason on, further ones are folded into one
/// event; and an object gets no more than 25 events of a type at once, then one in five minutes. Used by one task only.
/// </summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int Remembered = 4096;
    private const int MostDistinctMessages = 10;
    private const int Burst = 25;
    private const string CombinedPrefix = "(combined from similar events): ";
    private static readonly TimeSpan s_groupForgotten = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_refill = TimeSpan.FromMinutes(5);

    private readonly RecencyMap<EventFingerprint, MessageGroup> _groups = new(Remembered);
    private readonly RecencyMap<EventFingerprint, Seen> _seen = new(Remembered);
    private readonly RecencyMap<EventFingerprint, Bucket> _buckets = new(Remembered);
    private long _sequence;

    private sealed class MessageGroup
    {
        public List<EventFingerprint> Messages { get; } = new(1); // nearly always one, never more than a few
        public long LastEvent { get; set; }
    }

    private readonly record struct Seen(int Count, DateTimeOffset First, ObjectKey? Written);

    private sealed class Bucket
    {
        public double Tokens { get; set; } = Burst;
        public long FilledAt { get; set; }
    }

    /// <summary>What to write, or null where it is too much.</summary>
    public EventDecision? Correlate(EventRecord record)
    {
        var about = EventFingerprint.OfObject(record);
        var group = about.With(record.Reason);
        var isCombined = IsCombined(group, group.With(record.Message));
        var identity = isCombined ? group : group.With(record.Message);

        var known = _seen.TryGet(identity, out var seen) ? seen : new Seen(0, record.At, null);
        _seen.Put(identity, known with { Count = known.Count + 1 });
        if (!TakeToken(about)) return null;
        return new EventDecision(record, isCombined ? CombinedPrefix + record.Message : record.Message, identity, known.Written, known.Count + 1, known.First, _sequence++ % 100);
    }

    /// <summary>Remembers under which name an event stands on the server, so that the next of its kind counts it up.</summary>
    public void Written(EventDecision decision, ClusterEvent written) =>
        _seen.Put(decision.Identity, new Seen(decision.Count, decision.First, written.Key));

    private bool IsCombined(EventFingerprint group, EventFingerprint message)
    {
        var now = time.GetTimestamp();
        if (!_groups.TryGet(group, out var known) || time.GetElapsedTime(known.LastEvent, now) > s_groupForgotten)
            _groups.Put(group, known = new MessageGroup());
        known.LastEvent = now;
        if (!known.Messages.Contains(message)) known.Messages.Add(message);
        if (known.Messages.Count < MostDistinctMessages) return false;
        known.Messages.RemoveAt(0);
        return true;
    }

    private bool TakeToken(EventFingerprint bucketOf)
    {
        var now = time.GetTimestamp();
        if (!_buckets.TryGet(bucketOf, out var bucket)) _buckets.Put(bucketOf, bucket = new Bucket { FilledAt = now });
        bucket.Tokens = Math.Min(Burst, bucket.Tokens + time.GetElapsedTime(bucket.FilledAt, now) / s_refill);
        bucket.FilledAt = now;
        if (bucket.Tokens < 1) return false;
        bucket.Tokens -= 1;
        return true;
    }
}
