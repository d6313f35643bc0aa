using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Turns a CustomResourceDefinition into the resources it defines.</summary>
internal static class CustomResources
{
    /// <summary>One definition for each served version, the storage version first.</summary>
    public static ImmutableArray<ResourceDefinition> Define(JsonObject definition)
    {
        var versions = definition.Array("spec", "versions").Objects().ToList();
        var fields = versions.SelectMany(SelectablePaths).Distinct().Select(path => new SelectableField(path)).ToList();
        var defined = versions.Select(version => (Version: version, Resource: Define(definition, version, fields))).ToList();
        // Objects are kept in the storage version even when that version is not served.
        var stored = defined.Find(entry => entry.Version.Flag("storage") == true).Resource;
        foreach (var (_, resource) in defined) resource.StoredAs = stored ?? resource;
        return [.. defined.Where(entry => entry.Version.Flag("served") == true).Select(entry => entry.Resource).OrderByDescending(resource => resource == stored)];
    }

    private static ResourceDefinition Define(JsonObject definition, JsonObject version, List<SelectableField> fields)
    {
        var spec = definition["spec"];
        var (group, name, kind) = (spec.Text("group")!, version.Text("name")!, spec.Text("names", "kind")!);
        var content = version.Object("schema", "openAPIV3Schema") ?? [];
        var schema = new StructuralSchema(content);
        var own = SelectablePaths(version).ToHashSet(StringComparer.Ordinal);
        return new ResourceDefinition
        {
            Group = group,
            Version = name,
            Plural = spec.Text("names", "plural")!,
            Singular = spec.Text("names", "singular") ?? kind.ToLowerInvariant(),
            Kind = kind,
            ListKind = spec.Text("names", "listKind") ?? kind + "List",
            IsNamespaced = spec.Text("scope") == "Namespaced",
            ShortNames = [.. spec.Array("names", "shortNames").Texts()],
            Categories = [.. spec.Array("names", "categories").Texts()],
            HasStatus = version["subresources"] is JsonObject subresources && subresources.ContainsKey("status"),
            IsCustom = true,
            DeprecationWarning = version.Flag("deprecated") == true ? version.Text("deprecationWarning") ?? Warning(definition, group, name, kind) : null,
            Rules = new CustomResourceRules(schema),
            Schema = schema,
            Form = FormOf(content),
            SelectableFields = [.. fields.Where(field => own.Contains(field.Path))],
            IndexedFields = fields,
            Columns = Columns(version),
        };
    }

    private static IEnumerable<string> SelectablePaths(JsonObject version) =>
        version.Array("selectableFields").Objects().Select(field => field.Text("jsonPath")!.TrimStart('.'));

    // The server names the best version to go to, if there is one.
    private static string Warning(JsonObject definition, string group, string name, string kind)
    {
        var better = definition.Array("spec", "versions").Objects()
            .Where(version => version.Flag("served") == true && version.Flag("deprecated") != true)
            .Select(version => version.Text("name")!)
            .OrderByDescending(version => version, ApiVersionOrder.Instance)
            .FirstOrDefault();
        return $"{group}/{name} {kind} is deprecated{(better is null ? "" : $"; use {group}/{better} {kind}")}";
    }

    /// <summary>The schema without what only describes or refuses: all that decides what is kept of an object.</summary>
    private static string FormOf(JsonObject schema)
    {
        var form = schema.DeepClone();
        Strip(form);
        return form.ToJsonString();

        static void Strip(JsonNode? node)
        {
            switch (node)
            {
                case JsonArray items:
                    foreach (var item in items) Strip(item);
                    break;
                case JsonObject fields:
                    // A property may have any of these names: what it holds is an object then.
                    if (fields["description"] is JsonValue) fields.Remove("description");
                    if (fields["x-kubernetes-validations"] is JsonArray) fields.Remove("x-kubernetes-validations");
                    foreach (var (_, child) in fields) Strip(child);
                    break;
            }
        }
    }

    private static IReadOnlyList<TableColumn> Columns(JsonObject version)
    {
        if (version.Array("additionalPrinterColumns") is not { Count: > 0 } columns) return [TableColumn.NameColumn, TableColumn.Age];
        return [TableColumn.NameColumn, .. columns.Objects().Select(Column)];
    }

    private static TableColumn Column(JsonObject column)
    {
        var type = column.Text("type") ?? "string";
        var path = new JsonPathExpression(column.Text("jsonPath") ?? "");
        return new TableColumn(column.Text("name") ?? "", type, (content, now) =>
        {
            if (path.First(content) is not { } value) return null;
            return type switch
            {
                "date" => Ages.Since(JsonReading.AsText(value), now),
                "string" => JsonReading.AsText(value) ?? value.ToJsonString(),
                _ => value.DeepClone(),
            };
        })
        {
            Format = column.Text("format") ?? "",
            Priority = (int)(column.Integer("priority") ?? 0),
            Description = column.Text("description") ?? "",
        };
    }
}
