namespace Sidecars.EmbeddedCluster;

/// <summary>
/// One field of a struct: its type and what its Go tags say about leaving it out and about merging it. Only the API's own encoder rules are
/// kept here; whether a field is required is a matter of validation.
/// </summary>
internal sealed record FieldShape(string Name, TypeShape Type, bool OmitEmpty, bool OmitZero, bool IsPointer)
{
    /// <summary>The field's number in protobuf, behind those of messages that JSON does not show; empty where it has none.</summary>
    public int[] Number { get; init; } = [];

    /// <summary>The keys by which apply knows an element of a list of structs; empty for other lists.</summary>
    public string[] ApplyKeys { get; init; } = [];

    /// <summary>A list of scalars that apply takes as a set.</summary>
    public bool IsApplySet { get; init; }

    /// <summary>A map that apply takes as a whole.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>The key that identifies an element of a list of structs; null where the list is replaced as a whole.</summary>
    public string? MergeKey { get; init; }

    /// <summary>A list of scalars that strategic merge patch treats as a set.</summary>
    public bool MergesScalars { get; init; }

    public bool RetainsKeys { get; init; }

    // A struct or a time held by value has no empty form in Go, so "omitempty" never applies to it.
    private bool IsHeldByValue =>
        !IsPointer && Type.Form is ValueForm.Struct or ValueForm.Time or ValueForm.MicroTime or ValueForm.Quantity or ValueForm.IntOrString;

    public bool IsAlwaysWritten => !OmitZero && (!OmitEmpty || (IsHeldByValue && !IsPointer));
}
