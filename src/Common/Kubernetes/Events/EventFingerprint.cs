namespace Sidecars.Kubernetes.Events;

/// <summary>
/// Stands for the texts that make two events alike, in 64 bits (FNV-1a). Thousands of events are remembered for a long time, and
/// their messages would be the largest thing an idle sidecar holds. Two that collide would be counted as one; among the few
/// thousand remembered that does not happen in the life of a cluster.
/// </summary>
internal readonly record struct EventFingerprint(ulong Value)
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>What the events about one object have in common, of one type.</summary>
    public static EventFingerprint OfObject(EventRecord record) =>
        new EventFingerprint(Offset).With(record.About.Kind).With(record.About.Namespace).With(record.About.Name).With(record.About.Uid)
            .With(record.About.ApiVersion).With(record.Component).With(record.Type is EventType.Normal ? "Normal" : "Warning");

    /// <summary>The same with one more text, set apart from the one before.</summary>
    public EventFingerprint With(string? text)
    {
        var hash = Value;
        foreach (var unit in text ?? "") hash = (hash ^ unit) * Prime;
        return new EventFingerprint((hash ^ 0xffff) * Prime); // no text has this unit
    }
}
