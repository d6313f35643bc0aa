using System.Text;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// Decodes header blocks (RFC 7541). Keeps the dynamic table of one direction of one connection, so every block of that direction has to
/// pass through it, in order. What cannot be decoded is an <see cref="Http2Exception"/>, because the state is lost then.
/// </summary>
internal sealed class HpackDecoder(int longestList)
{
    /// <summary>The size of the dynamic table everybody may assume; we never announce another.</summary>
    private const int LargestTable = 4096;

    private readonly List<HeaderField> _table = []; // the newest last
    private int _size;
    private int _limit = LargestTable;

    public List<HeaderField> Decode(ReadOnlySpan<byte> block)
    {
        var fields = new List<HeaderField>();
        var list = 0;
        while (!block.IsEmpty)
        {
            var octet = block[0];
            if (octet >= 0x80)
            {
                fields.Add(Field(Integer(ref block, 7)));
            }
            else if (octet >= 0x40)
            {
                var field = Literal(ref block, 6);
                Insert(field);
                fields.Add(field);
            }
            else if (octet >= 0x20)
            {
                if (fields.Count > 0) throw Undecodable("a change of the table's size after the first field");
                Resize(Integer(ref block, 5));
                continue;
            }
            else
            {
                fields.Add(Literal(ref block, 4)); // not indexed, or never to be
            }
            list += fields[^1].Size;
            if (list > longestList) throw new Http2Exception(Http2ErrorCode.EnhanceYourCalm, $"header fields of more than {longestList} octets");
        }
        return fields;
    }

    private HeaderField Literal(ref ReadOnlySpan<byte> block, int prefix)
    {
        var index = Integer(ref block, prefix);
        var name = index is 0 ? Text(ref block) : Field(index).Name;
        return new HeaderField(name, Text(ref block));
    }

    private HeaderField Field(int index)
    {
        var fixedFields = StaticTable.Fields;
        if (index is 0) throw Undecodable("index 0");
        if (index <= fixedFields.Length) return fixedFields[index - 1];
        var age = index - fixedFields.Length;
        return age <= _table.Count ? _table[^age] : throw Undecodable($"index {index}, which no field has");
    }

    private void Insert(HeaderField field)
    {
        _table.Add(field);
        _size += field.Size;
        Evict();
    }

    private void Resize(int limit)
    {
        if (limit > LargestTable) throw Undecodable($"a table of {limit} octets, at most {LargestTable} are allowed");
        _limit = limit;
        Evict();
    }

    private void Evict()
    {
        var gone = 0;
        while (_size > _limit) _size -= _table[gone++].Size;
        _table.RemoveRange(0, gone);
    }

    private static string Text(ref ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty) throw Undecodable("a field without its text");
        var isHuffman = block[0] >= 0x80;
        var length = Integer(ref block, 7);
        if (length > block.Length) throw Undecodable("a text that ends before its length");
        var octets = block[..length];
        block = block[length..];
        return isHuffman ? Huffman.Decode(octets) ?? throw Undecodable("a text that is no Huffman code") : Encoding.Latin1.GetString(octets);
    }

    private static int Integer(ref ReadOnlySpan<byte> block, int prefix)
    {
        var full = (1 << prefix) - 1;
        var value = block[0] & full;
        var used = 1;
        if (value == full)
        {
            const int longest = 4; // octets after the first: far beyond any length there is
            for (; ; used++)
            {
                if (used > longest) throw Undecodable("a number that is too large");
                if (used == block.Length) throw Undecodable("a number that does not end");
                value += (block[used] & 0x7F) << (7 * (used - 1));
                if (block[used] < 0x80) break;
            }
            used++;
        }
        block = block[used..];
        return value;
    }

    private static Http2Exception Undecodable(string what) => new(Http2ErrorCode.Compression, $"the header block has {what}");
}
