using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Events;

/// <summary>An event as it was recorded, before anything is known of its like.</summary>
internal sealed record EventRecord(ObjectReference About, EventType Type, string Reason, string Message, string Component, DateTimeOffset At);

/// <summary>What to write for a recorded event: a new object, or a higher count on one that exists.</summary>
internal sealed record EventDecision(EventRecord Record, string Message, EventFingerprint Identity, ObjectKey? Existing, int Count, DateTimeOffset First, long Sequence);
