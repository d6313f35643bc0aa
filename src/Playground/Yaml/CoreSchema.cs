using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.Playground;

/// <summary>
/// What an unquoted YAML scalar means: the core schema of YAML 1.2. <c>yes</c>, <c>on</c> and <c>5Gi</c> are texts, <c>0o17</c> is 15. A number
/// that JSON cannot hold (infinity, not-a-number) stays text.
/// </summary>
internal static partial class CoreSchema
{
    public static JsonNode? Resolve(string text)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL") return null;
        if (text is "true" or "True" or "TRUE") return JsonValue.Create(true);
        if (text is "false" or "False" or "FALSE") return JsonValue.Create(false);
        return Number(text) ?? JsonValue.Create(text);
    }

    /// <summary>The number a scalar stands for, or null when it is none, or too large.</summary>
    public static JsonNode? Number(string text)
    {
        if (Decimal().IsMatch(text))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                ? JsonValue.Create(whole)
                : JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture));
        }

        if (Octal().IsMatch(text)) return Convertible(text[2..], 8);
        if (Hexadecimal().IsMatch(text)) return Convertible(text[2..], 16);
        if (!Real().IsMatch(text)) return null;
        var real = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(real) ? JsonValue.Create(real) : null;
    }

    private static JsonValue? Convertible(string digits, int radix)
    {
        try
        {
            return JsonValue.Create(Convert.ToInt64(digits, radix));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A[-+]?[0-9]+\z")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"\A0o[0-7]+\z")]
    private static partial Regex Octal();

    [GeneratedRegex(@"\A0x[0-9a-fA-F]+\z")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Real();
}
