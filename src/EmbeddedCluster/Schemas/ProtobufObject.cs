using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Reads an object that a client sent in the API's protobuf form, by the numbers of the field table. What it gives is the JSON that the same client
/// would have sent otherwise, still to be decoded. A field whose number the table does not have is passed over, as by the real server.
/// </summary>
internal static class ProtobufObject
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    // The envelope: the header of every object, and the object itself.
    private const int TypeMeta = 1, Raw = 2, ApiVersion = 1, Kind = 2;
    private const int NanosecondsPerTick = 100;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The object, or what is wrong with the bytes.</summary>
    public static (JsonObject? Content, string? Error) Read(byte[] body, TypeShape shape)
    {
        if (!body.AsSpan().StartsWith(Magic)) return (null, "it does not begin with the four bytes that say it is an object of the API");
        var content = new JsonObject();
        try
        {
            var envelope = new CodedInputStream(body, Magic.Length, body.Length - Magic.Length);
            while (Next(envelope) is not 0 and var number)
                if (number == TypeMeta) ReadHeader(Message(envelope), content);
                else if (number == Raw) ReadStruct(Message(envelope), shape, content, []);
                else envelope.SkipLastField();
            return (content, null);
        }
        catch (Exception wrong) when (wrong is InvalidProtocolBufferException or JsonException or ArgumentException)
        {
            return (null, wrong.Message);
        }
    }

    private static void ReadHeader(CodedInputStream input, JsonObject content)
    {
        while (Next(input) is not 0 and var number)
            if (number == ApiVersion) content["apiVersion"] = input.ReadString();
            else if (number == Kind) content["kind"] = input.ReadString();
            else input.SkipLastField();
    }

    // The prefix is the numbers of the messages that JSON does not show, on the way to this one.
    private static void ReadStruct(CodedInputStream input, TypeShape shape, JsonObject into, int[] prefix)
    {
        while (Next(input) is not 0 and var number)
        {
            int[] path = [.. prefix, number];
            if (shape.Fields.Values.FirstOrDefault(field => field.Number.AsSpan().StartsWith(path)) is not { } field) input.SkipLastField();
            else if (field.Number.Length > path.Length) ReadStruct(Message(input), shape, into, path);
            else ReadField(input, field.Type, field.Name, into);
        }
    }

    private static void ReadField(CodedInputStream input, TypeShape type, string name, JsonObject into)
    {
        switch (type.Form)
        {
            case ValueForm.List:
                if (into[name] is not JsonArray items) into[name] = items = [];
                items.Add(ReadValue(input, type.Element!));
                break;
            case ValueForm.Map:
                ReadEntry(Message(input), type.Element!, into.Child(name));
                break;
            case ValueForm.Struct when into[name] is JsonObject begun:
                ReadStruct(Message(input), type, begun, []);
                break;
            default:
                into[name] = ReadValue(input, type);
                break;
        }
    }

    private static void ReadEntry(CodedInputStream input, TypeShape element, JsonObject into)
    {
        var (key, value) = ("", element.Zero());
        while (Next(input) is not 0 and var number)
            if (number == 1) key = input.ReadString();
            else if (number == 2) value = ReadValue(input, element);
            else input.SkipLastField();
        into[key] = value;
    }

    private static JsonNode? ReadValue(CodedInputStream input, TypeShape type)
    {
        switch (type.Form)
        {
            case ValueForm.String: return input.ReadString();
            case ValueForm.Int: return input.ReadInt64();
            case ValueForm.Bool: return input.ReadBool();
            case ValueForm.Float: return input.ReadDouble();
            case ValueForm.Bytes: return Convert.ToBase64String(input.ReadBytes().Span);
            case ValueForm.Quantity: return ReadOnly(Message(input));
            case ValueForm.IntOrString: return ReadIntOrString(Message(input));
            case ValueForm.Time: return ReadTime(Message(input), "yyyy-MM-dd'T'HH:mm:ss'Z'");
            case ValueForm.MicroTime: return ReadTime(Message(input), "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
            // Raw JSON in a message of its own.
            case ValueForm.Any: return JsonNode.Parse(ReadOnly(Message(input)));
            case ValueForm.List:
                // A list within a map is a message with one field.
                var list = new JsonObject();
                for (var message = Message(input); Next(message) is not 0;) ReadField(message, type, "items", list);
                return list["items"] is { } items ? items.DeepClone() : new JsonArray();
            default:
                var content = new JsonObject();
                ReadStruct(Message(input), type, content, []);
                return content;
        }
    }

    private static string ReadOnly(CodedInputStream input)
    {
        var text = "";
        while (Next(input) is not 0 and var number)
            if (number == 1) text = Encoding.UTF8.GetString(input.ReadBytes().Span);
            else input.SkipLastField();
        return text;
    }

    private static JsonNode ReadIntOrString(CodedInputStream input)
    {
        var (isText, number, text) = (false, 0L, "");
        while (Next(input) is not 0 and var field)
            if (field == 1) isText = input.ReadInt64() == 1;
            else if (field == 2) number = input.ReadInt64();
            else if (field == 3) text = input.ReadString();
            else input.SkipLastField();
        return isText ? text : number;
    }

    // No time at all is a message without content, or with two zeros.
    private static JsonNode? ReadTime(CodedInputStream input, string format)
    {
        var (seconds, nanoseconds) = (0L, 0L);
        while (Next(input) is not 0 and var field)
            if (field == 1) seconds = input.ReadInt64();
            else if (field == 2) nanoseconds = input.ReadInt64();
            else input.SkipLastField();
        if (seconds == 0 && nanoseconds == 0) return null;
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / NanosecondsPerTick).ToString(format, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int Next(CodedInputStream input) => WireFormat.GetTagFieldNumber(input.ReadTag());

    private static CodedInputStream Message(CodedInputStream input) => input.ReadBytes().CreateCodedInput();
}
