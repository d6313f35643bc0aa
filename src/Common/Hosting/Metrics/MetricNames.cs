using System.Text;

namespace Sidecars.Hosting.Metrics;

/// <summary>The lexical rules of the Prometheus text format 0.0.4: which names are legal and how label values are escaped.</summary>
internal static class MetricNames
{
    public static bool IsMetricName(string name) => IsIdentifier(name, colonAllowed: true);

    public static bool IsLabelName(string name) => IsIdentifier(name, colonAllowed: false);

    /// <summary>
    /// The finished <c>a="x",b="y"</c> text of one series, names in alphabetical order as the originals print them. It is made once
    /// per series, so an exposition only copies bytes.
    /// </summary>
    public static byte[] LabelText(ReadOnlySpan<string> names, ReadOnlySpan<string> values)
    {
        if (names.IsEmpty) return [];
        var order = new int[names.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var sortedNames = names.ToArray();
        Array.Sort(sortedNames, order, StringComparer.Ordinal);
        var text = new StringBuilder();
        for (var i = 0; i < order.Length; i++)
        {
            if (i > 0) text.Append(',');
            text.Append(sortedNames[i]).Append("=\"");
            AppendEscaped(text, values[order[i]], quotes: true);
            text.Append('"');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static void AppendEscaped(StringBuilder text, string value, bool quotes)
    {
        foreach (var c in value)
        {
            switch (c)
            {
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '"' when quotes: text.Append("\\\""); break;
                default: text.Append(c); break;
            }
        }
    }

    private static bool IsIdentifier(string name, bool colonAllowed)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_' && !(colonAllowed && c == ':')) return false;
        return true;
    }
}
