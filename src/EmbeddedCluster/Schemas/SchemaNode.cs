using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.EmbeddedCluster;

/// <summary>One node of a structural OpenAPI v3 schema, read from a CustomResourceDefinition.</summary>
internal sealed class SchemaNode
{
    // A pattern comes from a manifest; a pathological one must not hold a request for ever.
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    public SchemaNode(JsonObject schema, bool isRoot = false)
    {
        Type = schema.Text("type") ?? "";
        Properties = (schema.Object("properties") ?? []).Where(entry => entry.Value is JsonObject)
            .ToDictionary(entry => entry.Key, entry => new SchemaNode((JsonObject)entry.Value!), StringComparer.Ordinal);
        if (schema["additionalProperties"] is JsonObject additional) AdditionalProperties = new SchemaNode(additional);
        AllowsAnyProperty = schema.Flag("additionalProperties") == true;
        if (schema.Object("items") is { } items) Items = new SchemaNode(items);
        Required = [.. schema.Array("required").Texts()];
        Enum = schema.Array("enum");
        Format = schema.Text("format") ?? "";
        PatternText = schema.Text("pattern") ?? "";
        if (PatternText.Length > 0) (Pattern, WrongPattern) = Compile(PatternText);
        (MinLength, MaxLength) = (schema.Integer("minLength"), schema.Integer("maxLength"));
        (MinItems, MaxItems) = (schema.Integer("minItems"), schema.Integer("maxItems"));
        (MinProperties, MaxProperties) = (schema.Integer("minProperties"), schema.Integer("maxProperties"));
        (Minimum, Maximum) = (Number(schema["minimum"]), Number(schema["maximum"]));
        (ExcludesMinimum, ExcludesMaximum) = (schema.Flag("exclusiveMinimum") == true, schema.Flag("exclusiveMaximum") == true);
        MultipleOf = Number(schema["multipleOf"]);
        IsNullable = schema.Flag("nullable") == true;
        PreservesUnknownFields = schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        IsIntOrString = schema.Flag("x-kubernetes-int-or-string") == true;
        IsEmbeddedResource = schema.Flag("x-kubernetes-embedded-resource") == true;
        IsAtomicMap = schema.Text("x-kubernetes-map-type") == "atomic";
        IsSet = schema.Text("x-kubernetes-list-type") == "set" || schema.Flag("uniqueItems") == true;
        IsMapList = schema.Text("x-kubernetes-list-type") == "map";
        MapKeys = IsMapList ? [.. schema.Array("x-kubernetes-list-map-keys").Texts()] : [];
        Default = schema["default"];
        (AllOf, AnyOf, OneOf) = (Nodes(schema, "allOf"), Nodes(schema, "anyOf"), Nodes(schema, "oneOf"));
        if (schema.Object("not") is { } not) Not = new SchemaNode(not);
        CelType = SchemaTypes.TypeOf(this, isRoot);
        Rules = [.. schema.Array("x-kubernetes-validations").Objects().Select(rule => new ValidationRule(rule, CelType))];
        HasRules = Rules.Count > 0 || Properties.Values.Any(property => property.HasRules) || AdditionalProperties?.HasRules == true || Items?.HasRules == true;
    }

    public string Type { get; }

    public Dictionary<string, SchemaNode> Properties { get; }

    public SchemaNode? AdditionalProperties { get; }

    public bool AllowsAnyProperty { get; }

    public SchemaNode? Items { get; }

    public string[] Required { get; }

    public JsonArray? Enum { get; }

    public string Format { get; }

    public Regex? Pattern { get; }

    public string PatternText { get; }

    /// <summary>What is wrong with the pattern; null when nothing is.</summary>
    public string? WrongPattern { get; }

    public long? MinLength { get; }

    public long? MaxLength { get; }

    public long? MinItems { get; }

    public long? MaxItems { get; }

    public long? MinProperties { get; }

    public long? MaxProperties { get; }

    public double? Minimum { get; }

    public double? Maximum { get; }

    public bool ExcludesMinimum { get; }

    public bool ExcludesMaximum { get; }

    public double? MultipleOf { get; }

    public bool IsNullable { get; }

    public bool PreservesUnknownFields { get; }

    public bool IsIntOrString { get; }

    public bool IsEmbeddedResource { get; }

    public bool IsSet { get; }

    /// <summary>True for a map or struct that apply takes as a whole.</summary>
    public bool IsAtomicMap { get; }

    public bool IsMapList { get; }

    public string[] MapKeys { get; }

    public JsonNode? Default { get; }

    public SchemaNode[] AllOf { get; }

    public SchemaNode[] AnyOf { get; }

    public SchemaNode[] OneOf { get; }

    public SchemaNode? Not { get; }

    /// <summary>How rules see values of this part.</summary>
    public CelType CelType { get; }

    public IReadOnlyList<ValidationRule> Rules { get; }

    /// <summary>True when there are rules here or further down.</summary>
    public bool HasRules { get; }

    /// <summary>What an item of a list was before the change: only lists that are maps have items that can be told from each other.</summary>
    public JsonNode? Counterpart(JsonNode? item, JsonNode? old) => MapKeys.Length == 0 || old is not JsonArray items
        ? null
        : items.FirstOrDefault(other => Array.TrueForAll(MapKeys, key => JsonNode.DeepEquals(other.At(key), item.At(key))));

    private static (Regex? Pattern, string? Wrong) Compile(string pattern)
    {
        try
        {
            return (new Regex(pattern, RegexOptions.CultureInvariant, PatternLimit), null);
        }
        catch (ArgumentException wrong)
        {
            return (null, wrong.Message);
        }
    }

    private static SchemaNode[] Nodes(JsonObject schema, string name) => [.. schema.Array(name).Objects().Select(node => new SchemaNode(node))];

    private static double? Number(JsonNode? value) => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : null;
}
