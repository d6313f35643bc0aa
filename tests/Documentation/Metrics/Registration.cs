using System.Text.RegularExpressions;
using Sidecars.Documentation.Tests.Sources;

namespace Sidecars.Documentation.Tests.Metrics;

/// <summary>One registration of a family of metrics in the sources; <see cref="Labels"/> is null where the source works them out.</summary>
internal sealed partial record Registration(string Name, string Type, IReadOnlyList<string>? Labels, string Path)
{
    /// <summary>The folder of a program below src, or Common for what several have.</summary>
    public string Folder => Path.Split('/')[1];

    public static IReadOnlyList<Registration> All { get; } = [.. Repository.ShippedSources().SelectMany(Of).DistinctBy(found => (found.Name, found.Path))];

    private static IEnumerable<Registration> Of(string file)
    {
        var path = System.IO.Path.GetRelativePath(Repository.Root, file);
        if (path is "src/Common/Hosting/Metrics/MetricRegistry.cs") yield break;
        var source = File.ReadAllText(file);
        var texts = CSharpText.Of(source);
        foreach (Match call in Call().Matches(source))
        {
            var end = EndOfCall(source, texts, call.Index + call.Length);
            var given = texts.Where(text => text.Start >= call.Index && text.End <= end && !texts.Any(outer => outer.Start < text.Start && outer.End > text.End)).ToList();
            // Anything else than a name and a help in the source itself cannot be held to the page.
            if (given.Count < 2) throw new InvalidOperationException($"{path}: the name of a family of metrics has to stand in its registration: {source[call.Index..end]}");
            var isWorkedOut = source[given[1].End..end].Contains("..", StringComparison.Ordinal);
            yield return new(given[0].Text, call.Groups[1].Value.ToLowerInvariant(), isWorkedOut ? null : [.. given.Skip(2).Select(text => text.Text)], path);
        }
    }

    private static int EndOfCall(string source, IReadOnlyList<SourceText> texts, int at)
    {
        for (var depth = 1; depth > 0; at++)
        {
            if (texts.FirstOrDefault(text => text.Start == at) is { } text) at = text.End;
            depth += source[at] is '(' ? 1 : source[at] is ')' ? -1 : 0;
        }
        return at;
    }

    [GeneratedRegex(@"\??\.(Counter|Gauge|Histogram)\(")]
    private static partial Regex Call();
}
