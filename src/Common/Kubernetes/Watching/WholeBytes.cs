using System.Buffers;

namespace Sidecars.Kubernetes.Watching;

/// <summary>Bytes in one piece, put together in a rented buffer where they came in several: a reader of pieces is slower and cannot share texts.</summary>
internal readonly ref struct WholeBytes
{
    private readonly byte[]? _rented;

    public WholeBytes(in ReadOnlySequence<byte> pieces)
    {
        if (pieces.IsSingleSegment)
        {
            Span = pieces.FirstSpan;
            return;
        }
        var length = (int)pieces.Length;
        _rented = ArrayPool<byte>.Shared.Rent(length);
        pieces.CopyTo(_rented);
        Span = _rented.AsSpan(0, length);
    }

    public ReadOnlySpan<byte> Span { get; }

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }
}
