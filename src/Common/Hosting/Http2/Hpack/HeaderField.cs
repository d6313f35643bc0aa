namespace Sidecars.Hosting.Http2.Hpack;

/// <summary>One header field. Octets beyond ASCII are kept as the Latin-1 characters of the same number.</summary>
public readonly record struct HeaderField(string Name, string Value)
{
    /// <summary>What the standard adds to each field for the table's own bookkeeping (RFC 7541 4.1).</summary>
    private const int Overhead = 32;

    /// <summary>Size in octets, as tables and limits count it.</summary>
    internal int Size => Name.Length + Value.Length + Overhead;
}
