using System.Globalization;
using System.Text;

namespace Sidecars.Hosting.Flags;

/// <summary>The POSIX usage layout: one line per flag, texts aligned three columns right of the longest flag.</summary>
internal static class PflagUsage
{
    private const int Gap = 3;

    public static string Compose(string program, IEnumerable<Flag> flags)
    {
        var rows = flags.Select(flag => (Left: Left(flag), Right: Right(flag))).ToList();
        var column = rows.Select(row => row.Left.Length).DefaultIfEmpty().Max() + Gap;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Usage of {program}:\n");
        var newLine = "\n" + new string(' ', column);
        foreach (var (left, right) in rows)
            text.Append(left.PadRight(column)).Append(right.Replace("\n", newLine, StringComparison.Ordinal)).Append('\n');
        return text.ToString();
    }

    private static string Left(Flag flag)
    {
        var names = flag.Shorthand is { } letter ? $"  -{letter}, --{flag.Name}" : $"      --{flag.Name}";
        var valueName = UsageName.Of(flag).ValueName;
        return valueName.Length > 0 ? $"{names} {valueName}" : names;
    }

    private static string Right(Flag flag)
    {
        var usage = UsageName.Of(flag).Usage;
        return flag.DefaultText is { } value ? $"{usage} (default {value})" : usage;
    }
}
