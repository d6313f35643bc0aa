using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>A request or an answer: header fields, a body, and trailers where there are any.</summary>
public sealed record Http2Message(IReadOnlyList<HeaderField> Fields, ReadOnlyMemory<byte> Body, IReadOnlyList<HeaderField>? Trailers)
{
    /// <summary>The value of a field, of the trailers before the others; null where there is none.</summary>
    public string? Find(string name)
    {
        foreach (var field in (IEnumerable<HeaderField>)[.. Trailers ?? [], .. Fields])
            if (field.Name == name) return field.Value;
        return null;
    }
}
