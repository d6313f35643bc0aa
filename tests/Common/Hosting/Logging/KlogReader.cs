using System.Globalization;
using System.Text;

namespace Sidecars.Hosting.Tests.Logging;

/// <summary>Reads string values of a klog text line back: quoted with escapes, or an indented block.</summary>
internal static class KlogReader
{
    public static string ReadString(string value)
    {
        if (value.StartsWith("<\n", StringComparison.Ordinal))
        {
            var rows = value[2..^2].Split('\n')[..^1];
            var text = string.Join('\n', rows.Select(row => row[1..]));
            return text;
        }
        var read = new StringBuilder();
        for (var i = 1; i < value.Length - 1; i++)
        {
            if (value[i] != '\\')
            {
                read.Append(value[i]);
                continue;
            }
            var kind = value[++i];
            var digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits > 0)
            {
                read.Append(new Rune(int.Parse(value.AsSpan(i + 1, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                i += digits;
            }
            else
            {
                read.Append(kind switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => kind });
            }
        }
        return read.ToString();
    }
}
