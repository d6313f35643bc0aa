using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sidecars.EmbeddedCluster;

/// <summary>Reads YAML manifests as JSON, with the scalar rules of YAML's core schema. Anchors are resolved; everything else exotic is refused.</summary>
internal static class YamlText
{
    /// <summary>Every document of the text; empty documents are left out. Throws <see cref="FormatException"/> with the place of the mistake.</summary>
    public static IReadOnlyList<JsonNode> ReadAll(TextReader text)
    {
        var documents = new List<JsonNode>();
        var parser = new Parser(text);
        var anchors = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        try
        {
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                anchors.Clear();
                if (Read(parser, anchors) is { } document) documents.Add(document);
                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException wrong)
        {
            throw new FormatException($"The YAML cannot be read at line {wrong.Start.Line}: {wrong.Message}", wrong);
        }
        return documents;
    }

    private static JsonNode? Read(Parser parser, Dictionary<string, JsonNode?> anchors)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias)) return anchors.GetValueOrDefault(alias.Value.Value)?.DeepClone();
        if (parser.TryConsume<Scalar>(out var scalar)) return Remember(scalar, Value(scalar), anchors);
        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, anchors));
            return Remember(sequence, items, anchors);
        }
        var mapping = parser.Consume<MappingStart>();
        var fields = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _)) fields[parser.Consume<Scalar>().Value] = Read(parser, anchors);
        return Remember(mapping, fields, anchors);
    }

    private static JsonNode? Remember(NodeEvent node, JsonNode? value, Dictionary<string, JsonNode?> anchors)
    {
        if (!node.Anchor.IsEmpty) anchors[node.Anchor.Value] = value;
        return value;
    }

    private static JsonNode? Value(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain) return scalar.Value;
        switch (scalar.Value)
        {
            case "" or "~" or "null" or "Null" or "NULL": return null;
            case "true" or "True" or "TRUE": return true;
            case "false" or "False" or "FALSE": return false;
        }
        if (long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return integer;
        return scalar.Value.AsSpan().IndexOfAnyInRange('0', '9') >= 0
            && double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? real : scalar.Value;
    }
}
