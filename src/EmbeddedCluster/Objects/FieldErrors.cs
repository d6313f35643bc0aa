using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Collects what is wrong with an object, field by field, in the wording of the real server.</summary>
internal sealed class FieldErrors
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<StatusCause> _causes = [];

    public bool Any => _causes.Count > 0;

    public IReadOnlyList<StatusCause> Causes => _causes;

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

    public void TypeInvalid(string field, JsonNode? value, string detail) =>
        Add("FieldValueTypeInvalid", field, $"Invalid value: {Quote(TypeName(value))}: {detail}");

    public void NotSupported(string field, JsonNode value, string supported) =>
        Add("FieldValueNotSupported", field, $"Unsupported value: {Show(value)}: supported values: {Quote(supported)}");

    public void NotSupported(string field, string value, params ReadOnlySpan<string> supported) =>
        Add("FieldValueNotSupported", field, $"Unsupported value: {Quote(value)}: supported values: {string.Join(", ", supported.ToArray().Select(Quote))}");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, $"Forbidden: {detail}");

    public void NotFound(string field, string value) => Add("FieldValueNotFound", field, $"Not found: {Quote(value)}");

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
