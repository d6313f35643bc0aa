using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>A whole answer: its head, what stands between, and the fields behind it. Without body and trailers the head is everything.</summary>
internal sealed record Http2Response(HeaderField[] Head, ReadOnlyMemory<byte> Body, HeaderField[] Trailers)
{
    /// <summary>An answer that is only a head.</summary>
    public static Http2Response Only(params HeaderField[] head) => new(head, default, []);
}
