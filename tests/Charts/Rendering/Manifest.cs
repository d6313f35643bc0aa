using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sidecars.Charts.Tests;

/// <summary>
/// One rendered object. It is read as the API server reads YAML, and stricter: a key that stands twice is an error, and so is a word without
/// quotes that YAML 1.1 takes for true or false.
/// </summary>
internal sealed class Manifest(JsonObject content, string text)
{
    private static readonly string[] s_ambiguous = ["y", "yes", "on", "n", "no", "off"];

    public JsonObject Content => content;

    /// <summary>As it was rendered.</summary>
    public string Text => text;

    public string Kind => content["kind"]?.GetValue<string>() ?? "";

    public string ApiVersion => content["apiVersion"]?.GetValue<string>() ?? "";

    public string Name => content["metadata"]?["name"]?.GetValue<string>() ?? "";

    public string Namespace => content["metadata"]?["namespace"]?.GetValue<string>() ?? "";

    /// <summary>The pod of a workload, null of anything else.</summary>
    public JsonObject? Pod => Kind is "Deployment" or "DaemonSet" ? content["spec"]!["template"]!.AsObject() : null;

    public override string ToString() => $"{Kind} {Namespace}/{Name}";

    /// <summary>Containers and init containers of a workload.</summary>
    public IEnumerable<JsonObject> Containers => Pod is not { } pod ? [] : Items(pod["spec"]!["initContainers"]).Concat(Items(pod["spec"]!["containers"]));

    public static IEnumerable<JsonObject> Items(JsonNode? list) => list is JsonArray items ? items.Select(item => item!.AsObject()) : [];

    public static IReadOnlyList<Manifest> ReadAll(string text) =>
        [.. text.Split("\n---\n").Select(document => document.StartsWith("---\n", StringComparison.Ordinal) ? document[4..] : document)
            .Select(document => (document, Node: Read(document))).Where(read => read.Node is JsonObject).Select(read => new Manifest(read.Node!.AsObject(), read.document))];

    /// <summary>One YAML document as JSON.</summary>
    public static JsonNode? Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _)) return null;
        var node = Node(parser);
        parser.Consume<DocumentEnd>();
        Assert.That(parser.Accept<StreamEnd>(out _), $"more than one document: {text}");
        return node;
    }

    private static JsonNode? Node(Parser parser)
    {
        if (parser.TryConsume<Scalar>(out var scalar)) return Value(scalar);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(parser));
            return items;
        }
        parser.Consume<MappingStart>();
        var fields = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            Assert.That(fields.ContainsKey(key.Value), Is.False, $"line {key.Start.Line}: the key {key.Value} stands twice");
            fields[key.Value] = Node(parser);
        }
        return fields;
    }

    private static JsonNode? Value(Scalar scalar)
    {
        if (scalar.Style is not ScalarStyle.Plain) return scalar.Value;
        Assert.That(s_ambiguous, Does.Not.Contain(scalar.Value.ToLowerInvariant()), $"line {scalar.Start.Line}: without quotes YAML 1.1 reads this word as true or false");
        if (scalar.Value is "" or "null" or "~") return null;
        if (scalar.Value is "true" or "false") return scalar.Value is "true";
        if (long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : scalar.Value;
    }
}
