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
        // Objects carry the header of the storage version even when that version is not served.
        return [.. versions.Where(version => version.Flag("served") == true)
            .OrderByDescending(version => version.Flag("storage") == true)
            .Select(version => Define(definition, version))];
    }

    private static ResourceDefinition Define(JsonObject definition, JsonObject version)
    {
        var spec = definition["spec"];
        var (group, name, kind) = (spec.Text("group")!, version.Text("name")!, spec.Text("names", "kind")!);
        var schema = new StructuralSchema(version.Object("schema", "openAPIV3Schema") ?? []);
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
            DeprecationWarning = version.Flag("deprecated") == true
                ? version.Text("deprecationWarning") ?? $"{group}/{name} {kind} is deprecated"
                : null,
            Rules = new CustomResourceRules(schema),
            Schema = schema,
            SelectableFields = [.. version.Array("selectableFields").Objects().Select(field => new SelectableField(field.Text("jsonPath")!.TrimStart('.')))],
            Columns = Columns(version),
        };
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
