namespace Sidecars.Hosting.Http2;

/// <summary>One header field, the name in lower case. Values are Latin-1, which every octet is.</summary>
public readonly record struct HeaderField(string Name, string Value)
{
    /// <summary>The overhead that RFC 7541 section 4.1 counts for an entry.</summary>
    internal const int Overhead = 32;

    internal int Size => Name.Length + Value.Length + Overhead;
}
