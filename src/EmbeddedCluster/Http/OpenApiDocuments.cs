using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The OpenAPI documents that clients insist on. The second version describes no types: a client that finds a kind missing leaves validation to the
/// server. The third has the types of all that is served, and says which query parameters a patch understands, because kubectl asks for that before it
/// relies on the server. It does not say that a strategic merge patch can be made from it: kubectl makes those from its own types then.
/// </summary>
internal sealed class OpenApiDocuments(ResourceCatalog catalog)
{
    private const string Title = "Kubernetes";
    private const string Version = "v1.36.0";

    private static readonly string[] PatchParameters = ["dryRun", "fieldManager", "fieldValidation", "force"];

    public const string ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    public static JsonObject V2 => new()
    {
        ["swagger"] = "2.0",
        ["info"] = new JsonObject { ["title"] = Title, ["version"] = Version },
        ["paths"] = new JsonObject(),
        ["definitions"] = new JsonObject(),
    };

    /// <summary>A document with nothing but its swagger version (field 1) and its info (field 2: title, version), in protobuf.</summary>
    public static byte[] V2Protobuf()
    {
        byte[] info = [.. Field(1, Title), .. Field(2, Version)];
        return [.. Field(1, "2.0"), .. Field(2, info)];
    }

    /// <summary>The index, or the document of one group version; null when that is not served.</summary>
    public JsonObject? V3(string path)
    {
        var groups = catalog.All.Select(resource => (Path: resource.Group.Length == 0 ? $"api/{resource.Version}" : $"apis/{resource.GroupVersion}", Resource: resource))
            .ToLookup(entry => entry.Path, entry => entry.Resource);
        if (path.Length == 0)
            return new JsonObject
            {
                ["paths"] = new JsonObject(groups.Select(group => new KeyValuePair<string, JsonNode?>(
                    group.Key, new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{group.Key}?hash=0" }))),
            };
        if (!groups.Contains(path)) return null;
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = Title, ["version"] = Version },
            ["paths"] = new JsonObject(groups[path].Select(resource => new KeyValuePair<string, JsonNode?>(ItemPath(path, resource), Item(resource)))),
            ["components"] = new JsonObject { ["schemas"] = OpenApiSchemas.Of(groups[path]) },
        };
    }

    private static string ItemPath(string path, ResourceDefinition resource) =>
        $"/{path}/{(resource.IsNamespaced ? "namespaces/{namespace}/" : "")}{resource.Plural}/{{name}}";

    private static JsonObject Item(ResourceDefinition resource) => new()
    {
        ["patch"] = new JsonObject
        {
            ["parameters"] = new JsonArray([.. PatchParameters.Select(name => (JsonNode)new JsonObject
            {
                ["name"] = name,
                ["in"] = "query",
                ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string", ["uniqueItems"] = true },
            })]),
            ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = resource.Group, ["version"] = resource.Version, ["kind"] = resource.Kind },
        },
    };

    private static byte[] Field(int number, string text) => Field(number, System.Text.Encoding.UTF8.GetBytes(text));

    // Tag of a length-delimited field, length, content. Every content here is far below the 128 bytes that one length byte can say.
    private static byte[] Field(int number, byte[] content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
