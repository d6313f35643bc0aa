namespace Sidecars.Hosting.Http2.Hpack;

/// <summary>
/// Turns the header blocks of one connection into fields, in their order: each depends on those before it. After a failure the state is
/// unknown, so the connection has to end (RFC 7541 2.3.3).
/// </summary>
internal sealed class HpackDecoder
{
    private readonly DynamicTable _table = new();

    internal DynamicTable Table => _table;

    /// <summary>Reads a whole block into <paramref name="fields"/>. The answer is null, or what is wrong with the block.</summary>
    public string? Decode(ReadOnlySpan<byte> block, HeaderList fields)
    {
        var reader = new HpackReader(block);
        var mayResize = true;
        while (!reader.IsAtEnd)
        {
            var first = reader.Peek;
            if ((first & 0xE0) == 0x20)
            {
                if (!mayResize) return "a table size update stands behind a header field";
                if (!reader.TryReadNumber(5, out var size) || size > DynamicTable.MaxSize) return "a table size update exceeds the table";
                _table.Resize(size);
                continue;
            }
            mayResize = false;
            var problem = (first & 0x80) != 0 ? Indexed(ref reader, fields)
                : (first & 0x40) != 0 ? Literal(ref reader, 6, isKept: true, fields)
                : Literal(ref reader, 4, isKept: false, fields);
            if (problem is not null) return problem;
        }
        return null;
    }

    private string? Indexed(ref HpackReader reader, HeaderList fields)
    {
        if (!reader.TryReadNumber(7, out var index)) return "an index is cut off or too large";
        if (Find(index) is not { } field) return $"there is no header field with index {index}";
        fields.Add(field);
        return null;
    }

    private string? Literal(ref HpackReader reader, int prefixBits, bool isKept, HeaderList fields)
    {
        if (!reader.TryReadNumber(prefixBits, out var index)) return "an index is cut off or too large";
        string name;
        if (index == 0)
        {
            if (!reader.TryReadString(out name)) return "the name of a header field is cut off or badly encoded";
        }
        else if (Find(index) is { } named) name = named.Name;
        else return $"there is no header field with index {index}";
        if (!reader.TryReadString(out var value)) return "the value of a header field is cut off or badly encoded";
        var field = new HeaderField(name, value);
        if (isKept) _table.Add(field);
        fields.Add(field);
        return null;
    }

    private HeaderField? Find(int index)
    {
        if (index == 0) return null;
        if (index <= StaticTable.Count) return StaticTable.At(index);
        var age = index - StaticTable.Count - 1;
        return age < _table.Count ? _table[age] : null;
    }
}
