using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecars.Playground;

/// <summary>
/// Reads manifests as kubectl does: several documents in a file, empty ones skipped, lists taken apart, scalars by the core schema. Every
/// error names the file and the line.
/// </summary>
internal static class YamlManifests
{
    // A document that refers to itself many times over would grow without bound.
    private const int DeepestNesting = 100;

    private const string TagPrefix = "tag:yaml.org,2002:";

    /// <exception cref="FormatException">The text is no YAML, or a document is no object with apiVersion and kind.</exception>
    public static List<JsonObject> Read(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            stream.Load(new MergingParser(new Parser(reader)));
        }
        catch (YamlException failure)
        {
            throw new FormatException($"{file}, line {failure.Start.Line}: {failure.Message}", failure);
        }

        var manifests = new List<JsonObject>();
        foreach (var document in stream.Documents)
        {
            var json = ToJson(document.RootNode, file, 0);
            if (json is null) continue;
            foreach (var manifest in Unlist(json)) manifests.Add(Check(manifest, file, document.RootNode.Start.Line));
        }

        return manifests;
    }

    private static IEnumerable<JsonNode?> Unlist(JsonNode json) =>
        json is JsonObject { } list && list["kind"]?.ToString() == "List" && list["items"] is JsonArray items
            ? items.Select(item => item?.DeepClone())
            : [json];

    private static JsonObject Check(JsonNode? manifest, string file, long line)
    {
        if (manifest is not JsonObject content) throw new FormatException($"{file}, line {line}: the document is no object.");
        foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind"])
            if (content[field] is not JsonValue value || !value.TryGetValue<string>(out _))
                throw new FormatException($"{file}, line {line}: the document has no {field}.");
        if (content["metadata"] is not JsonObject) throw new FormatException($"{file}, line {line}: the {content["kind"]} has no metadata.");
        return content;
    }

    private static JsonNode? ToJson(YamlNode node, string file, int depth)
    {
        if (depth > DeepestNesting) throw new FormatException($"{file}, line {node.Start.Line}: nested more than {DeepestNesting} deep.");
        switch (node)
        {
            case YamlScalarNode scalar:
                return Scalar(scalar, file);
            case YamlSequenceNode sequence:
                return new JsonArray([.. sequence.Children.Select(child => ToJson(child, file, depth + 1))]);
            case YamlMappingNode mapping:
                var content = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name })
                        throw new FormatException($"{file}, line {key.Start.Line}: a key is not a plain text.");
                    content[name] = ToJson(value, file, depth + 1);
                }

                return content;
            default:
                throw new FormatException($"{file}, line {node.Start.Line}: an alias refers to nothing.");
        }
    }

    private static JsonNode? Scalar(YamlScalarNode scalar, string file)
    {
        var text = scalar.Value ?? "";
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific) return Tagged(scalar.Tag.Value, text, file, scalar.Start.Line);
        return scalar.Style == ScalarStyle.Plain ? CoreSchema.Resolve(text) : JsonValue.Create(text);
    }

    private static JsonNode? Tagged(string tag, string text, string file, long line) => tag switch
    {
        TagPrefix + "str" => JsonValue.Create(text),
        TagPrefix + "null" => null,
        TagPrefix + "int" or TagPrefix + "float" => CoreSchema.Number(text)
            ?? throw new FormatException($"{file}, line {line}: \"{text}\" is tagged as a number and is none."),
        TagPrefix + "bool" when CoreSchema.Resolve(text) is JsonValue value && value.TryGetValue<bool>(out _) => value,
        _ => throw new FormatException($"{file}, line {line}: the tag {tag} means nothing for \"{text}\" here."),
    };
}
