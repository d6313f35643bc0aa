namespace Sidecars.Hosting;

/// <summary>The suffix family in which a quantity was written and is printed.</summary>
public enum QuantityFormat : byte
{
    /// <summary><c>n u m k M G T P E</c>, powers of 1000.</summary>
    Decimal,

    /// <summary><c>Ki Mi Gi Ti Pi Ei</c>, powers of 1024.</summary>
    Binary,

    /// <summary><c>e3</c>, <c>E-6</c>: a power of ten.</summary>
    Exponent,
}
