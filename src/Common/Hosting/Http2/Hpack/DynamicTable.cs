namespace Sidecars.Hosting.Http2.Hpack;

/// <summary>
/// The fields this client sent before, newest first, at most 4096 octets of them: the size that holds without an agreement. Offering none
/// would save nothing, because a client may use the table until it has read our settings.
/// </summary>
internal sealed class DynamicTable
{
    /// <summary>Also the most a client may ask for, since our settings do not offer more.</summary>
    public const int MaxSize = 4096;

    private readonly List<HeaderField> _newestLast = [];
    private int _capacity = MaxSize;

    public int Count => _newestLast.Count;

    /// <summary>Octets in use.</summary>
    public int Size { get; private set; }

    /// <summary>The field at a place, 0 the newest.</summary>
    public HeaderField this[int age] => _newestLast[^(age + 1)];

    /// <summary>Takes a field in; one that is larger than the table empties it and is not kept.</summary>
    public void Add(HeaderField field)
    {
        Shrink(_capacity - field.Size);
        if (field.Size > _capacity) return;
        _newestLast.Add(field);
        Size += field.Size;
    }

    public void Resize(int capacity)
    {
        _capacity = capacity;
        Shrink(capacity);
    }

    private void Shrink(int limit)
    {
        var dropped = 0;
        while (dropped < _newestLast.Count && Size > limit) Size -= _newestLast[dropped++].Size;
        _newestLast.RemoveRange(0, dropped);
    }
}
