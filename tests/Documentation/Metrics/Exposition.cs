using System.Text.RegularExpressions;

namespace Sidecars.Documentation.Tests.Metrics;

/// <summary>A family as a running program shows it: its type, the names of its labels, and every value of the label <c>name</c>.</summary>
internal sealed record ExposedFamily(string Name, string Type, IReadOnlySet<string> Labels, IReadOnlySet<string> Names);

/// <summary>The text of a metrics path, read.</summary>
internal static partial class Exposition
{
    public static IReadOnlyList<ExposedFamily> Read(string text)
    {
        var lines = text.Split('\n');
        var types = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToDictionary(words => words[2], words => words[3], StringComparer.Ordinal);
        var samples = lines.Where(line => line.Length > 0 && line[0] is not '#').ToList();
        return [.. types.Select(type => Family(type.Key, type.Value, samples))];
    }

    private static ExposedFamily Family(string name, string type, List<string> samples)
    {
        var own = samples.Where(sample => Sample().Match(sample).Groups["name"].Value is var series
            && (series == name || (type is "histogram" && (series == $"{name}_bucket" || series == $"{name}_sum" || series == $"{name}_count"))));
        var labels = own.SelectMany(sample => Label().Matches(Sample().Match(sample).Groups["labels"].Value)).ToList();
        return new(name, type, labels.Select(label => label.Groups["label"].Value).Where(label => label is not "le").ToHashSet(StringComparer.Ordinal),
            labels.Where(label => label.Groups["label"].Value is "name").Select(label => label.Groups["value"].Value).ToHashSet(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? \S+$", RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<label>\w+)="(?<value>([^"\\]|\\.)*)",?""", RegexOptions.ExplicitCapture)]
    private static partial Regex Label();
}
