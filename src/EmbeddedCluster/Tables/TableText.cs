using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Makes <c>meta.k8s.io/v1</c> tables and partial objects out of stored objects.</summary>
internal static class TableText
{
    public static JsonObject Table(
        ResourceDefinition resource, IEnumerable<StoredObject> items, JsonNode metadata, string includeObject, bool withHeader, DateTimeOffset now)
    {
        var table = new JsonObject { ["kind"] = "Table", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata };
        table["columnDefinitions"] = withHeader
            ? new JsonArray([.. resource.Columns.Select(column => (JsonNode)new JsonObject
            {
                ["name"] = column.Name,
                ["type"] = column.Type,
                ["format"] = column.Format,
                ["description"] = column.Description,
                ["priority"] = column.Priority,
            })])
            : null;
        table["rows"] = new JsonArray([.. items.Select(stored => (JsonNode)Row(resource, stored, includeObject, now))]);
        return table;
    }

    public static JsonObject Partial(StoredObject stored) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = stored.ToJson()["metadata"]?.DeepClone(),
    };

    private static JsonObject Row(ResourceDefinition resource, StoredObject stored, string includeObject, DateTimeOffset now)
    {
        var content = VersionConversion.Read(stored, resource);
        return new JsonObject
        {
            ["cells"] = new JsonArray([.. resource.Columns.Select(column => column.Cell(content, now))]),
            ["object"] = includeObject switch
            {
                "None" => null,
                "Object" => content,
                _ => Partial(stored),
            },
        };
    }
}
