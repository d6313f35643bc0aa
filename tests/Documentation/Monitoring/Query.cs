using System.Text.RegularExpressions;

namespace Sidecars.Documentation.Tests.Monitoring;

/// <summary>A series that a query selects, with the labels it selects by.</summary>
internal sealed record Selector(string Series, IReadOnlyList<string> Labels);

/// <summary>
/// What a PromQL query names: series with the labels they are selected by, and labels to group and join by. It reads words, no grammar; what it
/// cannot place counts as a series, so that a word too much is found by whoever looks the series up.
/// </summary>
internal sealed partial record Query(IReadOnlyList<Selector> Selectors, IReadOnlyList<string> Groups, string? Problem)
{
    private static readonly HashSet<string> s_operators = new(StringComparer.Ordinal) { "and", "or", "unless", "bool", "offset" };

    public static Query Of(string text)
    {
        var groups = new List<string>();
        var selectors = new List<Selector>();
        var rest = Range().Replace(Quoted().Replace(text, "\"\""), "");
        rest = Grouping().Replace(rest, match => Taken(() => groups.AddRange(Names(match.Groups["labels"].Value))));
        rest = Selection().Replace(rest, match => Taken(() => selectors.Add(new(match.Groups["series"].Value, [.. Names(match.Groups["labels"].Value)]))));
        foreach (Match word in Word().Matches(rest))
        {
            var isFunction = rest[(word.Index + word.Length)..].TrimStart().StartsWith('(');
            if (!isFunction && !s_operators.Contains(word.Value)) selectors.Add(new(word.Value, []));
        }
        return new(selectors, groups, Unbalanced(text) ?? (selectors.Count is 0 ? "it selects no series" : null));
    }

    private static string Taken(Action take)
    {
        take();
        return " ";
    }

    private static IEnumerable<string> Names(string list) => Word().Matches(list).Select(match => match.Value);

    private static string? Unbalanced(string text)
    {
        var open = new Stack<char>();
        foreach (var character in Quoted().Replace(text, ""))
        {
            if (character is '(' or '{' or '[') open.Push(character);
            else if (character is ')' or '}' or ']'
                && (!open.TryPop(out var opened) || (opened, character) is not (('(', ')') or ('{', '}') or ('[', ']')))) return $"a {character} closes nothing";
        }
        return open.Count is 0 ? null : $"a {open.Peek()} is not closed";
    }

    [GeneratedRegex(@"""([^""\\]|\\.)*""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\((?<labels>[^)]*)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w:])(?<series>[a-zA-Z_:][\w:]*)\s*\{(?<labels>[^}]*)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Selection();

    [GeneratedRegex(@"(?<![\w.$:])[a-zA-Z_:][\w:]*")]
    private static partial Regex Word();
}
