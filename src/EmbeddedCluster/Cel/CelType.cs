namespace Sidecars.EmbeddedCluster;

/// <summary>The kinds of values CEL knows.</summary>
internal enum CelKind
{
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,
    Object,
    Type,
}

/// <summary>The type of an expression or of a part of an object. What is not known before evaluation is dyn and fits everything.</summary>
internal sealed class CelType(CelKind kind)
{
    public static readonly CelType Dyn = new(CelKind.Dyn);
    public static readonly CelType Null = new(CelKind.Null);
    public static readonly CelType Bool = new(CelKind.Bool);
    public static readonly CelType Int = new(CelKind.Int);
    public static readonly CelType Uint = new(CelKind.Uint);
    public static readonly CelType Double = new(CelKind.Double);
    public static readonly CelType String = new(CelKind.String);
    public static readonly CelType Bytes = new(CelKind.Bytes);
    public static readonly CelType Timestamp = new(CelKind.Timestamp);
    public static readonly CelType Duration = new(CelKind.Duration);
    public static readonly CelType Type = new(CelKind.Type);

    public CelKind Kind { get; } = kind;

    /// <summary>What a list holds, or a map under its keys.</summary>
    public CelType Element { get; private init; } = null!;

    public CelType Key { get; private init; } = null!;

    /// <summary>The fields of an object, by the names that expressions use.</summary>
    public IReadOnlyDictionary<string, CelType> Fields { get; private init; } = null!;

    public bool IsNumber => Kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    public static CelType List(CelType element) => new(CelKind.List) { Element = element };

    public static CelType Map(CelType key, CelType value) => new(CelKind.Map) { Key = key, Element = value };

    public static CelType Object(IReadOnlyDictionary<string, CelType> fields) => new(CelKind.Object) { Fields = fields };

    /// <summary>True when values of the two types may be the same value.</summary>
    public bool Fits(CelType other)
    {
        if (ReferenceEquals(this, other) || Kind is CelKind.Dyn || other.Kind is CelKind.Dyn) return true;
        if (Kind is CelKind.Null) return other.Kind is CelKind.Null or CelKind.Object or CelKind.Timestamp or CelKind.Duration;
        if (other.Kind is CelKind.Null) return other.Fits(this);
        if (Kind != other.Kind) return false;
        return Kind switch
        {
            CelKind.List => Element.Fits(other.Element),
            CelKind.Map => Key.Fits(other.Key) && Element.Fits(other.Element),
            // Each object of a schema has a type of its own, whatever its fields.
            CelKind.Object => false,
            _ => true,
        };
    }

    public override string ToString() => Kind switch
    {
        CelKind.List => $"list({Element})",
        CelKind.Map => $"map({Key}, {Element})",
        CelKind.Type => "type(type)",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
