using System.Text.RegularExpressions;
using Sidecars.Hosting.Flags;

namespace Sidecars.Documentation.Tests.Flags;

/// <summary>One flag as a program tells it: name, the word for its value (none for a boolean), default (empty for none), what it is for.</summary>
internal sealed partial record DocumentedFlag(string Name, string Value, string Default, string Usage)
{
    /// <summary>The flags of a program, from its own usage text.</summary>
    public static IReadOnlyList<DocumentedFlag> Of(string program)
    {
        var help = ShippedPrograms.All[program](["--help"]) as FlagParse.Help ?? throw new InvalidOperationException($"{program} --help tells no usage");
        return [.. Entries(help.Usage).Select(Read)];
    }

    /// <summary>The lines of each flag: the one that begins it, and those further in.</summary>
    private static IEnumerable<List<string>> Entries(string usage)
    {
        List<string>? entry = null;
        foreach (var line in usage.Split('\n').Skip(1).Where(line => line.Length > 0))
        {
            if (Head().IsMatch(line))
            {
                if (entry is not null) yield return entry;
                entry = [];
            }
            (entry ?? throw new InvalidOperationException($"no flag begins before {line}")).Add(line);
        }
        if (entry is not null) yield return entry;
    }

    private static DocumentedFlag Read(List<string> lines)
    {
        var head = Head().Match(lines[0]);
        var words = string.Join("<br>", lines.Skip(1).Prepend(head.Groups["usage"].Value).Select(line => line.Trim()).Where(line => line.Length > 0));
        var ending = Ending().Match(words);
        return new(head.Groups["name"].Value, head.Groups["value"].Value, ending.Groups["default"].Value, ending.Success ? words[..ending.Index] : words);
    }

    // Both layouts of Go: the usage behind the flag, or on the next line.
    [GeneratedRegex(@"^\s{2,6}(-\w, )?--?(?<name>\w[\w-]*)( (?<value>\S+))?(\s{2,}(?<usage>.*)|\t(?<usage>.*))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex(@" \(default (?<default>[^=()]*)\)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Ending();
}
