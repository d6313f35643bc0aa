using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The part of Kubernetes JSONPath that printer columns use: fields, quoted fields, indexes, <c>[*]</c> and filters that compare a field with a text.
/// Anything else finds nothing.
/// </summary>
internal sealed partial class JsonPathExpression
{
    private readonly List<Func<JsonNode, IEnumerable<JsonNode?>>> _steps = [];

    public JsonPathExpression(string path)
    {
        foreach (Match match in Step().Matches(path))
            _steps.Add(Read(match));
    }

    public JsonNode? First(JsonNode root)
    {
        IEnumerable<JsonNode?> found = [root];
        foreach (var step in _steps) found = found.OfType<JsonNode>().SelectMany(step);
        return found.FirstOrDefault();
    }

    private static Func<JsonNode, IEnumerable<JsonNode?>> Read(Match match)
    {
        if (match.Groups["filter"] is { Success: true } filter)
        {
            var (steps, wanted) = (filter.Value.Split('.'), match.Groups["wanted"].Value);
            return node => node is JsonArray items ? items.Where(item => item.Text(steps) == wanted) : [];
        }
        if (match.Groups["index"] is { Success: true } index)
        {
            if (index.Value == "*") return node => node is JsonArray items ? items : [];
            var at = int.Parse(index.Value, CultureInfo.InvariantCulture);
            return node => node is JsonArray items && at < items.Count ? [items[at]] : [];
        }
        var name = (match.Groups["quoted"] is { Success: true } quoted ? quoted.Value : match.Groups["name"].Value).Replace(@"\.", ".", StringComparison.Ordinal);
        return node => node is JsonObject fields ? [fields[name]] : [];
    }

    [GeneratedRegex("""\[\?\(@\.(?<filter>[\w.]+)\s*==\s*["'](?<wanted>[^"']*)["']\)\]|\[(?<index>\d+|\*)\]|\[['"](?<quoted>[^'"]+)['"]\]|\.?(?<name>(?:\\\.|[^.\[\]{}\\])+)""")]
    private static partial Regex Step();
}
