using System.Diagnostics.CodeAnalysis;

namespace Sidecars.EmbeddedCluster;

/// <summary>The outcome of an operation on one object: the object, or the server's refusal.</summary>
/// <param name="Object">The object as stored; for a delete its last state. Null when the operation was refused.</param>
/// <param name="Error">The refusal; null when the operation was carried out.</param>
public readonly record struct StoreResult(StoredObject? Object, ApiStatus? Error)
{
    /// <summary>True when the operation was carried out.</summary>
    [MemberNotNullWhen(true, nameof(Object))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    /// <summary>The object, where a refusal would be a mistake of the caller. Throws <see cref="InvalidOperationException"/> with the refusal.</summary>
    public StoredObject Value => Object ?? throw new InvalidOperationException(Error?.ToString());

    /// <summary>True when a delete removed the object at once instead of waiting for finalizers or a grace period.</summary>
    public bool WasRemoved { get; init; }

    /// <summary>True when an update found nothing to replace and created the object, which some kinds allow.</summary>
    public bool WasCreated { get; init; }

    /// <summary>An object is a success.</summary>
    public static implicit operator StoreResult(StoredObject stored) => new(stored, null);

    /// <summary>A status is a refusal.</summary>
    public static implicit operator StoreResult(ApiStatus error) => new(null, error);
}
