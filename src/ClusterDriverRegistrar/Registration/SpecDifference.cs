using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecars.ClusterDriverRegistrar.Objects;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>
/// One field of a stored object that is not what we want. Fields we do not want anything of are never different, and so are defaults the
/// server filled in (registrar contract B2); lists are sets.
/// </summary>
/// <param name="Field">Name as in the API.</param>
/// <param name="Wanted">What we want.</param>
/// <param name="Found">What stands there; null where the field is absent.</param>
internal sealed record SpecDifference(string Field, JsonNode Wanted, JsonNode? Found)
{
    /// <summary>Whether the server lets the field be changed (registrar contract B1).</summary>
    public bool IsMutable => Field is not ("attachRequired" or "volumeLifecycleModes");

    public string WantedText => Wanted.ToJsonString();

    public string FoundText => Found?.ToJsonString() ?? "nothing";

    public static IReadOnlyList<SpecDifference> Between(CsiDriverSpec wanted, CsiDriverSpec? found)
    {
        var there = JsonOf(found ?? new CsiDriverSpec());
        return [.. JsonOf(wanted).Select(field => new SpecDifference(field.Key, field.Value!, there[field.Key])).Where(pair => !Holds(pair.Wanted, pair.Found))];
    }

    /// <summary>A JSON merge patch of these fields alone.</summary>
    public static byte[] Patch(IEnumerable<SpecDifference> differences)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("spec");
            foreach (var difference in differences)
            {
                json.WritePropertyName(difference.Field);
                difference.Wanted.WriteTo(json);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static JsonObject JsonOf(CsiDriverSpec spec) => JsonSerializer.SerializeToNode(spec, RegistrarJson.Default.CsiDriverSpec)!.AsObject();

    private static bool Holds(JsonNode wanted, JsonNode? found) => wanted switch
    {
        JsonArray { Count: 0 } => found is null or JsonArray { Count: 0 }, // a server keeps no empty list
        JsonArray list => found is JsonArray there && list.Count == there.Count && list.All(item => there.Any(other => Holds(item!, other))),
        JsonObject item => found is JsonObject other && item.All(field => Holds(field.Value!, other[field.Key])),
        // A switch that a server of an older version does not know is off.
        _ => JsonNode.DeepEquals(wanted, found) || (found is null && wanted.GetValueKind() is JsonValueKind.False),
    };
}
