using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Events;

/// <summary>An event as it was recorded, before anything is known of its like.</summary>
internal sealed record EventRecord(ObjectReference About, EventType Type, string Reason, string Message, string Component, DateTimeOffset At);

/// <summary>What to write for a recorded event: a new object, or a higher count on one that exists.</summary>
internal sealed record EventDecision(EventRecord Record, string Message, EventIdentity Identity, ObjectKey? Existing, int Count, DateTimeOffset First, long Sequence);

/// <summary>Events with the same identity are one event that happens again. A null message stands for a whole group.</summary>
internal readonly record struct EventIdentity(EventGroup Group, string? Message);

/// <summary>Events that differ at most in their message.</summary>
internal readonly record struct EventGroup(string? Kind, string? Namespace, string? Name, string? Uid, string? ApiVersion, EventType Type, string Reason, string Component);
