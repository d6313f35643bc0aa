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

    private readonly RecencyMap<EventGroup, MessageGroup> _groups = new(Remembered);
    private readonly RecencyMap<EventIdentity, Seen> _seen = new(Remembered);
    private readonly RecencyMap<EventGroup, Bucket> _buckets = new(Remembered);
    private long _sequence;

    private sealed class MessageGroup
    {
        public HashSet<string> Messages { get; } = [];
        public long LastEvent { get; set; }
    }

    private sealed record Seen(int Count, DateTimeOffset First, ObjectKey? Written);

    private sealed class Bucket
    {
        public double Tokens { get; set; } = Burst;
        public long FilledAt { get; set; }
    }

    /// <summary>What to write, or null where it is too much.</summary>
    public EventDecision? Correlate(EventRecord record)
    {
        var about = record.About;
        var group = new EventGroup(about.Kind, about.Namespace, about.Name, about.Uid, about.ApiVersion, record.Type, record.Reason, record.Component);
        var isCombined = IsCombined(group, record.Message);
        var identity = new EventIdentity(group, isCombined ? null : record.Message);

        var known = _seen.TryGet(identity, out var seen) ? seen : new Seen(0, record.At, null);
        _seen.Put(identity, known with { Count = known.Count + 1 });
        if (!TakeToken(group with { Reason = "" })) return null;
        return new EventDecision(record, isCombined ? CombinedPrefix + record.Message : record.Message, identity, known.Written, known.Count + 1, known.First, _sequence++ % 100);
    }

    /// <summary>Remembers under which name an event stands on the server, so that the next of its kind counts it up.</summary>
    public void Written(EventDecision decision, ClusterEvent written) =>
        _seen.Put(decision.Identity, new Seen(decision.Count, decision.First, written.Key));

    private bool IsCombined(EventGroup group, string message)
    {
        var now = time.GetTimestamp();
        if (!_groups.TryGet(group, out var known) || time.GetElapsedTime(known.LastEvent, now) > s_groupForgotten)
            _groups.Put(group, known = new MessageGroup());
        known.LastEvent = now;
        known.Messages.Add(message);
        if (known.Messages.Count < MostDistinctMessages) return false;
        known.Messages.Remove(known.Messages.First());
        return true;
    }

    private bool TakeToken(EventGroup bucketOf)
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
