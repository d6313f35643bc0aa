using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Sidecars.Csi;

/// <summary>
/// One line of JSON for a CSI message, fit for a log: every secret field is replaced as a whole by <c>***stripped***</c>, unknown fields are
/// left out, keys are sorted (common contract 3.5). It walks the encoded message next to its descriptor, so what is on the wire is what is
/// printed, no reflection is needed, and the message is never touched. Parameters, contexts and error texts are not secret by contract
/// and are printed. Only for when the log wants it: it encodes the message anew.
/// </summary>
public static class CsiSanitizer
{
    internal const string Stripped = "\"***stripped***\"";

    /// <summary>The message as JSON without secrets; <c>null</c> for none.</summary>
    public static string Sanitize(IMessage? message) => message is null ? "null" : Walk(message.ToByteArray(), message.Descriptor);

    private static string Walk(byte[] encoded, MessageDescriptor descriptor)
    {
        var fields = new SortedDictionary<string, FieldText>(Utf8Comparer.Instance);
        var input = new CodedInputStream(encoded);
        while (input.ReadTag() is var tag && tag != 0)
        {
            var field = descriptor.FindFieldByNumber(WireFormat.GetTagFieldNumber(tag));
            if (field is null || !Fits(field, WireFormat.GetTagWireType(tag)))
            {
                input.SkipLastField();
                continue;
            }

            if (SecretFields.Contains(descriptor.FullName, field.FieldNumber))
            {
                input.SkipLastField();
                fields[field.Name] = new FieldText(Stripped);
                continue;
            }

            if (!fields.TryGetValue(field.Name, out var text)) fields[field.Name] = text = new FieldText();
            if (field.IsMap) text.AddEntry(Entry(input.ReadBytes().ToByteArray(), field.MessageType));
            else if (!field.IsRepeated) text.Replace(Value(input, field));
            else if (IsPacked(field, tag)) AddPacked(text, input.ReadBytes().ToByteArray(), field);
            else text.AddItem(Value(input, field));
        }

        return GoJson.Object(fields.Select(f => KeyValuePair.Create(f.Key, f.Value.ToJson())));
    }

    // On the wire a map entry is a message of a key (1) and a value (2); what is missing is the zero of its type.
    private static KeyValuePair<string, string> Entry(byte[] encoded, MessageDescriptor entry)
    {
        var (keyField, valueField) = (entry.FindFieldByNumber(1), entry.FindFieldByNumber(2));
        var (key, value) = (ZeroOf(keyField), ZeroOf(valueField));
        var input = new CodedInputStream(encoded);
        while (input.ReadTag() is var tag && tag != 0)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            if (number == 1) key = Value(input, keyField);
            else if (number == 2) value = Value(input, valueField);
            else input.SkipLastField();
        }

        return KeyValuePair.Create(key, value);
    }

    private static string Value(CodedInputStream input, FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => Walk(input.ReadBytes().ToByteArray(), field.MessageType),
        FieldType.String => GoJson.String(input.ReadString()),
        FieldType.Bytes => GoJson.String(Convert.ToBase64String(input.ReadBytes().Span)),
        FieldType.Bool => input.ReadBool() ? "true" : "false",
        FieldType.Enum => EnumValue(input.ReadEnum(), field.EnumType),
        FieldType.Double => GoJson.Number(input.ReadDouble()),
        FieldType.Float => GoJson.Number(input.ReadFloat()),
        FieldType.Int32 => GoJson.Number(input.ReadInt32()),
        FieldType.Int64 => GoJson.Number(input.ReadInt64()),
        FieldType.UInt32 => GoJson.Number(input.ReadUInt32()),
        FieldType.UInt64 => GoJson.Number(input.ReadUInt64()),
        FieldType.SInt32 => GoJson.Number(input.ReadSInt32()),
        FieldType.SInt64 => GoJson.Number(input.ReadSInt64()),
        FieldType.Fixed32 => GoJson.Number(input.ReadFixed32()),
        FieldType.Fixed64 => GoJson.Number(input.ReadFixed64()),
        FieldType.SFixed32 => GoJson.Number(input.ReadSFixed32()),
        FieldType.SFixed64 => GoJson.Number(input.ReadSFixed64()),
        _ => throw new InvalidOperationException($"{field.FullName} has the type {field.FieldType}, which no proto3 message has"),
    };

    private static string EnumValue(int number, EnumDescriptor type) =>
        type.FindValueByNumber(number) is { } value ? GoJson.String(value.Name) : GoJson.Number(number);

    private static void AddPacked(FieldText text, byte[] encoded, FieldDescriptor field)
    {
        var input = new CodedInputStream(encoded);
        while (!input.IsAtEnd) text.AddItem(Value(input, field));
    }

    private static string ZeroOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String or FieldType.Bytes => "\"\"",
        FieldType.Message => "{}",
        FieldType.Bool => "false",
        FieldType.Enum => EnumValue(0, field.EnumType),
        _ => "0",
    };

    private static bool IsPacked(FieldDescriptor field, uint tag) =>
        WireTypeOf(field) != WireFormat.WireType.LengthDelimited && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited;

    // A number in use with another wire type is somebody else's field: unknown.
    private static bool Fits(FieldDescriptor field, WireFormat.WireType wire) =>
        wire == WireTypeOf(field) || (field.IsRepeated && wire == WireFormat.WireType.LengthDelimited);

    private static WireFormat.WireType WireTypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message or FieldType.String or FieldType.Bytes => WireFormat.WireType.LengthDelimited,
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => WireFormat.WireType.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => WireFormat.WireType.Fixed32,
        FieldType.Group => WireFormat.WireType.StartGroup,
        _ => WireFormat.WireType.Varint,
    };

    /// <summary>The JSON of one field while it is being collected: a single value, a list or a map.</summary>
    private sealed class FieldText(string? single = null)
    {
        private string? _single = single;
        private List<string>? _items;
        private SortedDictionary<string, string>? _entries;

        public void Replace(string value) => _single = value;
        public void AddItem(string item) => (_items ??= []).Add(item);

        public void AddEntry(KeyValuePair<string, string> entry) =>
            (_entries ??= new SortedDictionary<string, string>(Utf8Comparer.Instance))[GoJson.Unquote(entry.Key)] = entry.Value;

        public string ToJson() =>
            _single ?? (_items is { } items ? $"[{string.Join(',', items)}]" : GoJson.Object(_entries ?? []));
    }
}
