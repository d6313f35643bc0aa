namespace Sidecars.Hosting.Http2.Hpack;

/// <summary>
/// The fields of one request. What exceeds the limit is counted and not kept, so that a small block which refers to a large table entry many
/// times costs nothing; the block is still read to its end, because the table depends on it.
/// </summary>
internal sealed class HeaderList(int maxSize)
{
    private readonly List<HeaderField> _fields = [];
    private int _size;

    public IReadOnlyList<HeaderField> Fields => _fields;

    public bool IsTooLarge => _size > maxSize;

    public void Add(HeaderField field)
    {
        if (IsTooLarge) return;
        _size += field.Size;
        if (!IsTooLarge) _fields.Add(field);
    }
}
