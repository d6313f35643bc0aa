using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The operators and functions of CEL that rules of definitions may use here: those of the language itself, without the libraries that the real
/// server adds. What is not among them makes a definition be refused.
/// </summary>
internal static class CelFunctions
{
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal)
    {
        "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_", "_%_", "_[_]", "@in", "!_", "-_", "_?_:_", "_&&_", "_||_",
        "size", "startsWith", "endsWith", "contains", "matches", "string", "int", "double", "type", "dyn", "timestamp", "duration",
    };

    private static readonly HashSet<string> s_types = new(StringComparer.Ordinal) { "int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type" };

    public static bool Exists(string name) => s_names.Contains(name);

    public static bool IsType(string name) => s_types.Contains(name);

    public static bool IsPattern(string pattern) => Pattern(pattern) is not null;

    /// <summary>The type of the result for arguments of these types; null where no form of the function takes them.</summary>
    public static CelType? ResultOf(string function, CelType? target, IReadOnlyList<CelType> types)
    {
        if (target is not null)
            return function switch
            {
                "size" when types.Count == 0 => HasSize(target) ? CelType.Int : null,
                "startsWith" or "endsWith" or "contains" or "matches" when types.Count == 1 => AreTexts(target, types[0]) ? CelType.Bool : null,
                _ => null,
            };
        return (function, types) switch
        {
            ("_==_" or "_!=_", [var left, var right]) => left.Fits(right) ? CelType.Bool : null,
            ("_<_" or "_<=_" or "_>_" or "_>=_", [var left, var right]) =>
                HasOrder(left) && HasOrder(right) && (left.Fits(right) || (left.IsNumber && right.IsNumber)) ? CelType.Bool : null,
            ("_+_", [var left, var right]) => Both(left, right) is { } sum && (sum.IsNumber || sum.Kind is CelKind.Dyn or CelKind.String or CelKind.Bytes or CelKind.List) ? sum : null,
            ("_-_" or "_*_" or "_/_", [var left, var right]) => Both(left, right) is { } number && (number.IsNumber || number.Kind is CelKind.Dyn) ? number : null,
            ("_%_", [var left, var right]) => Both(left, right) is { Kind: CelKind.Int or CelKind.Uint or CelKind.Dyn } whole ? whole : null,
            ("_[_]", [{ Kind: CelKind.List } list, var index]) => index.Fits(CelType.Int) ? list.Element : null,
            ("_[_]", [{ Kind: CelKind.Map } map, var key]) => map.Key.Fits(key) ? map.Element : null,
            ("_[_]", [{ Kind: CelKind.Dyn }, _]) => CelType.Dyn,
            ("@in", [var item, { Kind: CelKind.List } list]) => list.Element.Fits(item) ? CelType.Bool : null,
            ("@in", [var key, { Kind: CelKind.Map } map]) => map.Key.Fits(key) ? CelType.Bool : null,
            ("@in", [_, { Kind: CelKind.Dyn }]) => CelType.Bool,
            ("!_", [var operand]) => operand.Fits(CelType.Bool) ? CelType.Bool : null,
            ("-_", [var operand]) => operand.Kind is CelKind.Int or CelKind.Double or CelKind.Dyn ? operand : null,
            ("_?_:_", [var condition, var yes, var no]) => condition.Fits(CelType.Bool) ? Both(yes, no) : null,
            ("size", [var operand]) => HasSize(operand) ? CelType.Int : null,
            ("matches", [var text, var pattern]) => AreTexts(text, pattern) ? CelType.Bool : null,
            ("string", [{ Kind: not (CelKind.List or CelKind.Map or CelKind.Object or CelKind.Null or CelKind.Type) }]) => CelType.String,
            ("int", [{ Kind: CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.String or CelKind.Timestamp or CelKind.Dyn }]) => CelType.Int,
            ("double", [{ Kind: CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.String or CelKind.Dyn }]) => CelType.Double,
            ("timestamp", [{ Kind: CelKind.String or CelKind.Timestamp or CelKind.Dyn }]) => CelType.Timestamp,
            ("duration", [{ Kind: CelKind.String or CelKind.Duration or CelKind.Dyn }]) => CelType.Duration,
            ("type", [_]) => CelType.Type,
            ("dyn", [_]) => CelType.Dyn,
            _ => null,
        };
    }

    /// <summary>Carries out a function; an error value where the values do not allow it.</summary>
    public static object Run(string function, object[] values)
    {
        if (Array.Find(values, value => value is CelError) is { } failed) return failed;
        try
        {
            return (function, values) switch
            {
                ("_==_", [var left, var right]) => CelValues.AreEqual(left, right),
                ("_!=_", [var left, var right]) => !CelValues.AreEqual(left, right),
                ("_<_" or "_<=_" or "_>_" or "_>=_", [var left, var right]) => Ordered(function, left, right),
                ("_+_" or "_-_" or "_*_" or "_/_" or "_%_", [var left, var right]) => Arithmetic(function, left, right),
                ("-_", [long number]) => checked(-number),
                ("-_", [double number]) => -number,
                ("!_", [bool truth]) => !truth,
                ("_[_]", [CelList list, var index]) when CelValues.Key(index) is long at => at >= 0 && at < list.Items.Count ? list.Items[(int)at] : new CelError($"index out of bounds: {at}"),
                ("_[_]", [CelMap map, var key]) => map.Entries.TryGetValue(CelValues.Key(key), out var value) ? value : new CelError($"no such key: {Show(key)}"),
                ("@in", [var item, CelList list]) => list.Items.Any(other => CelValues.AreEqual(item, other)),
                ("@in", [var key, CelMap map]) => map.Entries.ContainsKey(CelValues.Key(key)),
                ("size", [string text]) => (long)text.EnumerateRunes().Count(),
                ("size", [byte[] bytes]) => (long)bytes.Length,
                ("size", [CelList list]) => (long)list.Items.Count,
                ("size", [CelMap map]) => (long)map.Entries.Count,
                ("startsWith", [string text, string part]) => text.StartsWith(part, StringComparison.Ordinal),
                ("endsWith", [string text, string part]) => text.EndsWith(part, StringComparison.Ordinal),
                ("contains", [string text, string part]) => text.Contains(part, StringComparison.Ordinal),
                ("matches", [string text, string pattern]) => Pattern(pattern) is { } regex ? regex.IsMatch(text) : new CelError($"error parsing regexp: {pattern}"),
                ("string", [var value]) => Show(value),
                ("int", [var value]) => Integer(value),
                ("double", [string text]) => double.TryParse(text, CultureInfo.InvariantCulture, out var real) ? real : NoConversion("double"),
                ("double", [long or ulong or double]) => Convert.ToDouble(values[0], CultureInfo.InvariantCulture),
                ("timestamp", [string text]) => ObjectDecoder.TryReadTime(text, out var time) ? time : new CelError($"invalid timestamp {FieldErrors.Quote(text)}"),
                ("timestamp", [DateTimeOffset]) or ("duration", [TimeSpan]) or ("dyn", [_]) => values[0],
                ("duration", [string text]) => GoDuration.TryParse(text, out var span, out _) ? span : new CelError($"invalid duration {FieldErrors.Quote(text)}"),
                ("type", [var value]) => new CelTypeName(CelValues.NameOf(value)),
                _ => NoOverload(),
            };
        }
        catch (OverflowException)
        {
            return new CelError("integer overflow");
        }
    }

    private static object Ordered(string function, object left, object right)
    {
        if (CelValues.Compare(left, right) is not { } order) return left is double or long or ulong && right is double or long or ulong ? false : NoOverload();
        return function switch { "_<_" => order < 0, "_<=_" => order <= 0, "_>_" => order > 0, _ => order >= 0 };
    }

    private static object Arithmetic(string function, object left, object right) => (function, left, right) switch
    {
        ("_+_", long a, long b) => checked(a + b),
        ("_-_", long a, long b) => checked(a - b),
        ("_*_", long a, long b) => checked(a * b),
        ("_/_", long, 0L) or ("_/_", ulong, 0UL) => new CelError("division by zero"),
        ("_%_", long, 0L) or ("_%_", ulong, 0UL) => new CelError("modulus by zero"),
        ("_/_", long a, long b) => a / b,
        ("_%_", long a, long b) => b == -1 ? 0L : a % b,
        ("_+_", ulong a, ulong b) => checked(a + b),
        ("_-_", ulong a, ulong b) => checked(a - b),
        ("_*_", ulong a, ulong b) => checked(a * b),
        ("_/_", ulong a, ulong b) => a / b,
        ("_%_", ulong a, ulong b) => a % b,
        ("_+_", double a, double b) => a + b,
        ("_-_", double a, double b) => a - b,
        ("_*_", double a, double b) => a * b,
        ("_/_", double a, double b) => a / b,
        ("_+_", string a, string b) => a + b,
        ("_+_", byte[] a, byte[] b) => (byte[])[.. a, .. b],
        ("_+_", CelList a, CelList b) => new CelList([.. a.Items, .. b.Items]),
        _ => NoOverload(),
    };

    private static object Integer(object value) => value switch
    {
        long => value,
        ulong number => checked((long)number),
        double number => double.IsFinite(number) && Math.Abs(number) < long.MaxValue ? (long)number : new CelError("integer overflow"),
        string text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : NoConversion("int"),
        DateTimeOffset time => time.ToUnixTimeSeconds(),
        _ => NoOverload(),
    };

    private static string Show(object value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        byte[] bytes => System.Text.Encoding.UTF8.GetString(bytes),
        DateTimeOffset time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        TimeSpan span => span.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static CelError NoConversion(string type) => new($"type conversion error from 'string' to '{type}'");

    private static CelError NoOverload() => new("no such overload");

    // Of two types that fit each other, the one that says more; null for two that do not.
    private static CelType? Both(CelType left, CelType right) => !left.Fits(right) ? null : left.Kind is CelKind.Dyn or CelKind.Null ? right : left;

    private static bool HasSize(CelType type) => type.Kind is CelKind.String or CelKind.Bytes or CelKind.List or CelKind.Map or CelKind.Dyn;

    private static bool HasOrder(CelType type) => type.Kind is not (CelKind.List or CelKind.Map or CelKind.Object or CelKind.Null or CelKind.Type);

    private static bool AreTexts(CelType left, CelType right) => left.Fits(CelType.String) && right.Fits(CelType.String);

    // Without backtracking, as the real server's: no pattern can hold a request for long.
    private static Regex? Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception unfit) when (unfit is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
