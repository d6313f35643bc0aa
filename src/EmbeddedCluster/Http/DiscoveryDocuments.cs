using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The documents by which clients find out what is served: versions, groups, resources.</summary>
internal sealed class DiscoveryDocuments(ResourceCatalog catalog)
{
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public static JsonObject Version => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["gitVersion"] = "v1.36.0",
        ["gitCommit"] = "embedded",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2026-04-22T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = "none",
        ["platform"] = "linux/amd64",
    };

    /// <summary>The document at a path; null when there is none.</summary>
    public JsonObject? Find(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["version"] => Version,
        ["api"] => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() },
        ["apis"] => new JsonObject
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([.. Groups().Select(group => (JsonNode)Group(group))]),
        },
        ["apis", var group] when Groups().Contains(group) => Headed(Group(group)),
        ["api", "v1"] => Resources("", "v1"),
        ["apis", var group, var version] when All.Any(resource => resource.Group == group && resource.Version == version) => Resources(group, version),
        _ => null,
    };

    public IEnumerable<(string Group, string Version)> Versions() =>
        catalog.All.Select(resource => (resource.Group, resource.Version)).Distinct();

    private IEnumerable<ResourceDefinition> All => catalog.All.Concat(ReviewKinds.Served);

    private IEnumerable<string> Groups() => All.Select(resource => resource.Group).Where(group => group.Length > 0).Distinct();

    private JsonObject Group(string group)
    {
        var versions = All.Where(resource => resource.Group == group).Select(resource => resource.Version).Distinct()
            .OrderByDescending(version => version, ApiVersionOrder.Instance).ToList();
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions.Select(version => (JsonNode)GroupVersion(group, version))]),
            ["preferredVersion"] = GroupVersion(group, versions[0]),
        };
    }

    private static JsonObject Headed(JsonObject group)
    {
        group.Insert(0, "apiVersion", "v1");
        group.Insert(0, "kind", "APIGroup");
        return group;
    }

    private static JsonObject GroupVersion(string group, string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private JsonObject Resources(string group, string version)
    {
        var resources = new JsonArray();
        foreach (var resource in All.Where(resource => resource.Group == group && resource.Version == version).OrderBy(resource => resource.Plural, StringComparer.Ordinal))
        {
            resources.Add((JsonNode)Describe(resource));
            if (resource.HasStatus) resources.Add((JsonNode)Subresource(resource, "status", resource.Kind, "get", "patch", "update"));
            if (resource.HasScale) resources.Add((JsonNode)OfKind(Subresource(resource, "scale", ScaleHandler.Kind.Kind, "get", "patch", "update"), ScaleHandler.Kind));
            if (resource.GroupResource == "serviceaccounts") resources.Add((JsonNode)OfKind(Subresource(resource, "token", ReviewKinds.Token.Kind, "create"), ReviewKinds.Token));
            if (resource.GroupResource == "pods") resources.Add((JsonNode)Subresource(resource, "binding", "Binding", "create"));
        }
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = resources,
        };
    }

    private static JsonObject Describe(ResourceDefinition resource)
    {
        var described = new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.IsNamespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = Strings(ReviewKinds.Serves(resource.Group) ? ["create"] : AllVerbs),
        };
        if (resource.ShortNames.Count > 0) described["shortNames"] = Strings(resource.ShortNames);
        if (resource.Categories.Count > 0) described["categories"] = Strings(resource.Categories);
        return described;
    }

    private static JsonObject Subresource(ResourceDefinition resource, string name, string kind, params string[] verbs) => new()
    {
        ["name"] = $"{resource.Plural}/{name}",
        ["singularName"] = "",
        ["namespaced"] = resource.IsNamespaced,
        ["kind"] = kind,
        ["verbs"] = Strings(verbs),
    };

    // A subresource may be told in a kind of another group.
    private static JsonObject OfKind(JsonObject described, ResourceDefinition kind)
    {
        (described["group"], described["version"]) = (kind.Group, kind.Version);
        return described;
    }

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
