using Microsoft.Extensions.Time.Testing;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Tests.Events;

public sealed class EventCorrelatorTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);

    [Test]
    public void The_same_event_again_counts_up_the_first()
    {
        var correlator = new EventCorrelator(_time);
        var first = Write(correlator, "m");
        _time.Advance(TimeSpan.FromSeconds(10));
        var second = Write(correlator, "m");

        Assert.That(first!.Existing, Is.Null);
        Assert.That(second!.Existing!.Value.Name, Is.EqualTo("event-of-m"));
        Assert.That(second.Count, Is.EqualTo(2));
        Assert.That(second.First, Is.EqualTo(first.Record.At));
    }

    [Test]
    public void From_the_tenth_distinct_message_on_events_are_combined()
    {
        var correlator = new EventCorrelator(_time);
        var messages = Enumerable.Range(1, 12).Select(i => Write(correlator, $"m{i}")!).ToArray();

        Assert.That(messages.Take(9).Select(d => d.Message), Is.All.StartsWith("m"));
        Assert.That(messages.Skip(9).Select(d => d.Message), Is.All.StartsWith("(combined from similar events): m"));
        Assert.That(messages.Skip(9).Select(d => d.Count), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void Ten_quiet_minutes_end_a_group()
    {
        var correlator = new EventCorrelator(_time);
        for (var i = 0; i < 12; i++) Write(correlator, $"m{i}");
        _time.Advance(TimeSpan.FromSeconds(601));
        Assert.That(Write(correlator, "fresh")!.Message, Is.EqualTo("fresh"));
    }

    [Test]
    public void The_26th_event_of_one_type_on_one_object_is_dropped_whatever_its_reason()
    {
        var correlator = new EventCorrelator(_time);
        for (var i = 0; i < 25; i++) Assert.That(Write(correlator, "m", reason: $"R{i}"), Is.Not.Null);
        Assert.That(Write(correlator, "m", reason: "R25"), Is.Null);
        Assert.That(Write(correlator, "m", reason: "R25", type: EventType.Normal), Is.Not.Null, "the other type has a budget of its own");
        Assert.That(Write(correlator, "m", name: "other"), Is.Not.Null, "another object has a budget of its own");

        _time.Advance(TimeSpan.FromMinutes(5));
        var next = Write(correlator, "m", reason: "R25");
        Assert.That(next!.Count, Is.EqualTo(2), "what was dropped was still counted");
        Assert.That(Write(correlator, "m", reason: "R25"), Is.Null);
    }

    private EventDecision? Write(EventCorrelator correlator, string message, string reason = "Failed", EventType type = EventType.Warning, string name = "a")
    {
        var about = new ObjectReference { Kind = "PersistentVolumeClaim", Namespace = "default", Name = name, Uid = name };
        var decision = correlator.Correlate(new EventRecord(about, type, reason, message, "me", _time.GetUtcNow()));
        if (decision is not null)
            correlator.Written(decision, new ClusterEvent { Metadata = { Name = $"event-of-{message}", Namespace = "default" } });
        return decision;
    }
}
