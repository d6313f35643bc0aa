using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The shape of one type of the built-in API: its form, the element of a list or map, the fields of a struct. Shapes are read once from the
/// embedded field table and never change afterwards. Strategic merge patch reads its merge keys from here too.
/// </summary>
internal sealed class TypeShape(ValueForm form, string name)
{
    public ValueForm Form { get; } = form;

    /// <summary>The Go name of a struct, used in decoding errors; the form's name for everything else.</summary>
    public string Name { get; } = name;

    /// <summary>A struct's name in the table, such as <c>core.PodSpec</c>; empty for everything else.</summary>
    public string FullName { get; init; } = "";

    /// <summary>True for structs that apply takes as a whole.</summary>
    public bool IsAtomic { get; init; }

    public TypeShape? Element { get; init; }

    public Dictionary<string, FieldShape> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Fields a Go encoder writes even when the client left them out, in declaration order.</summary>
    public List<FieldShape> AlwaysWritten { get; } = [];

    public FieldShape? Field(string field) => Fields.GetValueOrDefault(field);

    /// <summary>The value a Go encoder writes for a zero value of this type; null where it writes null.</summary>
    public JsonNode? Zero()
    {
        switch (Form)
        {
            case ValueForm.String: return JsonValue.Create("");
            case ValueForm.Bool: return JsonValue.Create(false);
            case ValueForm.Int or ValueForm.Float or ValueForm.IntOrString: return JsonValue.Create(0);
            case ValueForm.Quantity: return JsonValue.Create("0");
            case ValueForm.Struct:
                var zero = new JsonObject();
                foreach (var field in AlwaysWritten)
                    zero[field.Name] = field.IsPointer ? null : field.Type.Zero();
                return zero;
            default: return null;
        }
    }
}
