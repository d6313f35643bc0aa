using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Brings a client's JSON into the form the API server would store for a built-in kind: unknown fields are dropped and reported, wrong types are
/// an error, times and quantities are written as the server writes them, empty values are left out or written as the server's own encoder does.
/// </summary>
internal sealed class ObjectDecoder
{
    private const string TimeFormat = WireTime.Format;
    private const string MicroTimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Paths of fields that the kind does not have, such as <c>spec.foo</c>.</summary>
    public List<string> UnknownFields { get; } = [];

    /// <summary>The first value of a wrong type, worded as the server words it; null when the object could be decoded.</summary>
    public string? Error { get; private set; }

    /// <summary>Whether fields are neither added nor left out for being empty.</summary>
    public bool KeepsAsSent { get; init; }

    /// <summary>Conforms the object in place. After an <see cref="Error"/> its content is undefined.</summary>
    public void Decode(JsonObject value, TypeShape shape) => DecodeStruct(value, shape, "");

    private void DecodeStruct(JsonObject value, TypeShape shape, string path)
    {
        List<string>? dropped = null;
        List<KeyValuePair<string, JsonNode>>? replaced = null;
        foreach (var (name, child) in value)
        {
            if (shape.Field(name) is not { } field)
            {
                // The type header is not part of the table; nested raw objects keep theirs because their form is Any, and templates of claims are whole claims.
                if ((path.Length == 0 || shape.FullName == "core.PersistentVolumeClaim") && name is "kind" or "apiVersion") continue;
                UnknownFields.Add(Join(path, name));
                (dropped ??= []).Add(name);
                continue;
            }
            var decoded = child is null ? null : DecodeValue(child, field.Type, Join(path, name), shape, field);
            if (Error is not null) return;
            if (decoded is null || (!KeepsAsSent && field.OmitEmpty && !field.IsPointer && IsEmpty(decoded, field.Type)))
                (dropped ??= []).Add(name);
            else if (!ReferenceEquals(decoded, child))
                (replaced ??= []).Add(new(name, decoded));
        }
        if (dropped is not null)
            foreach (var name in dropped)
                value.Remove(name);
        if (replaced is not null)
            foreach (var (name, node) in replaced)
                value[name] = node;
        if (KeepsAsSent) return;
        foreach (var field in shape.AlwaysWritten)
            if (!value.ContainsKey(field.Name))
                value[field.Name] = field.IsPointer ? null : field.Type.Zero();
    }

    private JsonNode? DecodeValue(JsonNode value, TypeShape type, string path, TypeShape owner, FieldShape field)
    {
        switch (type.Form)
        {
            case ValueForm.Any:
                return value;
            case ValueForm.Struct when value is JsonObject fields:
                DecodeStruct(fields, type, path);
                return value;
            case ValueForm.Map when value is JsonObject entries:
                DecodeMap(entries, type, path, owner, field);
                return value;
            case ValueForm.List when value is JsonArray items:
                DecodeList(items, type, path, owner, field);
                return value;
            case ValueForm.Struct or ValueForm.Map or ValueForm.List:
                return Mismatch(value, type, owner, path);
            default:
                return DecodeScalar(value, type, path, owner, field);
        }
    }

    private void DecodeMap(JsonObject entries, TypeShape type, string path, TypeShape owner, FieldShape field)
    {
        List<KeyValuePair<string, JsonNode>>? replaced = null;
        foreach (var (key, entry) in entries)
        {
            // A null entry is the zero value of the element, not its absence.
            var decoded = entry is null ? type.Element!.Zero() : DecodeValue(entry, type.Element!, Join(path, key), owner, field);
            if (Error is not null) return;
            if (decoded is not null && !ReferenceEquals(decoded, entry)) (replaced ??= []).Add(new(key, decoded));
        }
        if (replaced is not null)
            foreach (var (key, node) in replaced)
                entries[key] = node;
    }

    private void DecodeList(JsonArray items, TypeShape type, string path, TypeShape owner, FieldShape field)
    {
        for (var i = 0; i < items.Count && Error is null; i++)
        {
            var item = items[i];
            var decoded = item is null ? type.Element!.Zero() : DecodeValue(item, type.Element!, $"{path}[{i}]", owner, field);
            if (Error is null && !ReferenceEquals(decoded, item)) items[i] = decoded;
        }
    }

    private JsonNode? DecodeScalar(JsonNode value, TypeShape type, string path, TypeShape owner, FieldShape field)
    {
        var kind = value.GetValueKind();
        switch (type.Form)
        {
            case ValueForm.String when kind == JsonValueKind.String:
            case ValueForm.Bool when kind is JsonValueKind.True or JsonValueKind.False:
            case ValueForm.Float when kind == JsonValueKind.Number:
            case ValueForm.Int when kind == JsonValueKind.Number && JsonReading.AsInteger(value) is not null:
            case ValueForm.IntOrString when kind == JsonValueKind.String || (kind == JsonValueKind.Number && JsonReading.AsInteger(value) is not null):
                return value;
            case ValueForm.Bytes when kind == JsonValueKind.String:
                if (IsBase64(value.GetValue<string>())) return value;
                Error = $"illegal base64 data in {path}";
                return null;
            case ValueForm.Quantity:
                return DecodeQuantity(value, field);
            case ValueForm.Time or ValueForm.MicroTime when kind == JsonValueKind.String:
                return DecodeTime(value, type, path);
            default:
                return Mismatch(value, type, owner, path);
        }
    }

    // The server reads a quantity from any JSON, a number or a text; every map of quantities is a list of resources.
    private JsonValue? DecodeQuantity(JsonNode value, FieldShape field)
    {
        var written = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        Error = Quantity.Normalize(written ?? value.ToJsonString(), field.Type.Form == ValueForm.Map, out var kept) switch
        {
            QuantityFault.None => null,
            QuantityFault.Number => "unable to parse numeric part of quantity",
            QuantityFault.Suffix => "unable to parse quantity's suffix",
            _ => "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        };
        if (Error is not null) return null;
        return kept == written ? value.AsValue() : JsonValue.Create(kept);
    }

    private JsonNode? DecodeTime(JsonNode value, TypeShape type, string path)
    {
        var text = value.GetValue<string>();
        var isMicro = type.Form == ValueForm.MicroTime;
        if (!TryReadTime(text, out var time) || (isMicro && !HasMicroseconds(text)))
        {
            Error = $"parsing time {FieldErrors.Quote(text)} as \"2006-01-02T15:04:05{(isMicro ? ".000000" : "")}Z07:00\": cannot parse {path}";
            return null;
        }
        var canonical = time.ToString(isMicro ? MicroTimeFormat : TimeFormat, CultureInfo.InvariantCulture);
        return canonical == text ? value : JsonValue.Create(canonical);
    }

    /// <summary>Reads an RFC 3339 time as the API server does: a zone is required, a fraction is allowed.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time)
    {
        time = default;
        const int shortest = 20; // 2006-01-02T15:04:05Z
        if (text.Length < shortest || text[4] != '-' || text[10] != 'T') return false;
        var zone = text[^1] == 'Z' || (text[^3] == ':' && text[^6] is '+' or '-');
        return zone && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }

    // The server's format of such times names all six digits of the fraction: fewer or more are an error, and so is none.
    private static bool HasMicroseconds(string text)
    {
        const int dot = 19, zone = 26; // 2006-01-02T15:04:05.000000Z
        return text.Length > zone && text[dot] == '.' && text[zone] is 'Z' or '+' or '-' && !text.AsSpan(dot + 1, zone - dot - 1).ContainsAnyExceptInRange('0', '9');
    }

    private JsonNode? Mismatch(JsonNode value, TypeShape type, TypeShape owner, string path)
    {
        var found = value.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number when type.Form == ValueForm.Int => "number " + value.ToJsonString(),
            JsonValueKind.Number => "number",
            _ => "bool",
        };
        Error = $"json: cannot unmarshal {found} into Go struct field {owner.Name}.{path} of type {type.Name}";
        return null;
    }

    private static bool IsEmpty(JsonNode value, TypeShape type) => type.Form switch
    {
        ValueForm.String or ValueForm.Bytes => value.GetValue<string>().Length == 0,
        ValueForm.Bool => !value.GetValue<bool>(),
        ValueForm.Int => JsonReading.AsInteger(value) == 0,
        ValueForm.List => value is JsonArray { Count: 0 },
        ValueForm.Map => value is JsonObject { Count: 0 },
        _ => false,
    };

    private static bool IsBase64(string text)
    {
        // The Go decoder skips line breaks and nothing else.
        foreach (var c in text)
            if (c is ' ' or '\t') return false;
        return System.Buffers.Text.Base64.IsValid(text);
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;
}
