using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Collects what is wrong with an object, field by field, in the wording of the real server.</summary>
internal sealed class FieldErrors
{
    internal static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<StatusCause> _causes = [];
    private readonly List<string> _warnings = [];

    public bool Any => _causes.Count > 0;

    public IReadOnlyList<StatusCause> Causes => _causes;

    /// <summary>What is not right and yet no reason for a refusal.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>True when something is so wrong that rules about the object would have nothing to say.</summary>
    public bool HidesRules => _causes.Exists(cause =>
        cause.Reason is "FieldValueRequired" or "FieldValueTypeInvalid" or "FieldValueNotSupported" or "FieldValueTooLong" or "FieldValueTooMany");

    /// <summary>All errors as one text: a single one as it is, several in brackets.</summary>
    public string Summary
    {
        get
        {
            var texts = _causes.Select(cause => $"{cause.Field}: {cause.Message}").Distinct().ToList();
            return texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        }
    }

    public void Required(string field, string detail = "") =>
        Add("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public void Invalid(string field, JsonNode? value, string detail) => Add("FieldValueInvalid", field, $"Invalid value: {Show(value)}: {detail}");

    public void Invalid(string field, string value, string detail) => Add("FieldValueInvalid", field, $"Invalid value: {Quote(value)}: {detail}");

    /// <summary>A value that a rule refuses; null where it is too large to be shown.</summary>
    public void Failed(string field, JsonNode? value, string detail) =>
        Add("FieldValueInvalid", field, value is null ? $"Invalid value: {detail}" : $"Invalid value: {Show(value)}: {detail}");

    /// <summary>A value that has a form of its own in messages.</summary>
    public void InvalidAsShown(string field, string shown, string detail) => Add("FieldValueInvalid", field, $"Invalid value: {shown}: {detail}");

    /// <summary>A text whose form is wrong, such as a time that is none: the server takes that for a wrong type.</summary>
    public void FormInvalid(string field, string value, string detail) => Add("FieldValueTypeInvalid", field, $"Invalid value: {Quote(value)}: {detail}");

    public void AddAll(FieldErrors others)
    {
        _causes.AddRange(others._causes);
        _warnings.AddRange(others._warnings);
    }

    public void Warn(string warning) => _warnings.Add(warning);

    public void TypeInvalid(string field, JsonNode? value, string detail) =>
        Add("FieldValueTypeInvalid", field, $"Invalid value: {Quote(TypeName(value))}: {detail}");

    public void NotSupported(string field, JsonNode value, string supported) =>
        Add("FieldValueNotSupported", field, $"Unsupported value: {Show(value)}: supported values: {Quote(supported)}");

    public void NotSupported(string field, string value, params ReadOnlySpan<string> supported) =>
        Add("FieldValueNotSupported", field, $"Unsupported value: {Quote(value)}: supported values: {string.Join(", ", supported.ToArray().Select(Quote))}");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, $"Forbidden: {detail}");

    public void NotFound(string field, string value) => Add("FieldValueNotFound", field, $"Not found: {Quote(value)}");

    public void Duplicate(string field, JsonNode? value) => Add("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}");

    public void Duplicate(string field, string value) => Add("FieldValueDuplicate", field, $"Duplicate value: {Quote(value)}");

    public void TooLong(string field, int limit) => Add("FieldValueTooLong", field, $"Too long: may not be more than {limit} bytes");

    public void TooMany(string field, int count, int limit) => Add("FieldValueTooMany", field, $"Too many: {count}: must have at most {limit} items");

    public void Immutable(string field, JsonNode? value) => Invalid(field, value, "field is immutable");

    /// <summary>A JSON text as Go's %q shows a string.</summary>
    public static string Quote(string value) => "\"" + JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";

    private static string Show(JsonNode? value) => value is null ? "null" : value.ToJsonString(Plain);

    private static string TypeName(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => JsonReading.AsInteger(value) is null ? "number" : "integer",
        _ => "boolean",
    };

    private void Add(string reason, string field, string message) => _causes.Add(new StatusCause(reason, message, field));
}
