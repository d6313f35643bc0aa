using System.Globalization;
using System.Text;

namespace Sidecars.Hosting.Flags;

/// <summary>Go's usage layout: a line with the flag, the text indented below it; a one-letter boolean keeps its text on the line.</summary>
internal static class GoFlagUsage
{
    private const string Indent = "\n    \t";

    public static string Compose(string program, IEnumerable<Flag> flags)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Usage of {program}:\n");
        foreach (var flag in flags)
        {
            var (valueName, usage) = UsageName.Of(flag);
            // Go knows no names for the kinds that are not its own.
            if (valueName == flag.TypeName && valueName is not ("" or "int" or "uint" or "float" or "string" or "duration")) valueName = "value";
            text.Append("  -").Append(flag.Name);
            if (valueName.Length > 0) text.Append(' ').Append(valueName);
            text.Append(flag.Name.Length == 1 && valueName.Length == 0 ? "\t" : Indent);
            text.Append(usage.Replace("\n", Indent, StringComparison.Ordinal));
            if (flag.DefaultText is { } value) text.Append(CultureInfo.InvariantCulture, $" (default {value})");
            text.Append('\n');
        }
        return text.ToString();
    }
}
