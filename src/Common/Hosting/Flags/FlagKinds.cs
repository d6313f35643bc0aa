using System.Collections.Frozen;

namespace Sidecars.Hosting.Flags;

/// <summary>The kinds of flag values the originals know (common contract 1.2).</summary>
internal static class FlagKinds
{
    /// <summary>A boolean takes no separate word and only Go's spellings of true and false.</summary>
    public static FlagKind<bool> Bool { get; } = new("", ReadBool, value => value ? "true" : null) { ImpliedText = "true" };

    /// <summary>A boolean whose value may also be empty, which means true (<c>--automaxprocs=</c>).</summary>
    public static FlagKind<bool> LenientBool { get; } = new("", ReadLenientBool, value => value ? "true" : null) { ImpliedText = "true" };

    public static FlagKind<int> Int { get; } = new("int", ReadInt, value => value == 0 ? null : GoInteger.Format(value));

    public static FlagKind<uint> Uint { get; } = new("uint", ReadUint, value => value == 0 ? null : GoInteger.Format(value));

    public static FlagKind<double> Float { get; } = new("float", ReadFloat, value => value == 0 ? null : GoFloat.Format(value));

    public static FlagKind<string> String { get; } = new("string", ReadString, value => value.Length == 0 ? null : GoQuote.Quote(value));

    public static FlagKind<TimeSpan> Duration { get; } =
        new("duration", ReadDuration, value => value == TimeSpan.Zero ? null : GoDuration.Format(value));

    public static FlagKind<Quantity> Quantity { get; } = new("quantity", ReadQuantity, value => value.IsZero ? null : value.ToString());

    public static FlagKind<IReadOnlyDictionary<string, string>> Labels { get; } = new("stringToString", ReadLabels, NoDefault);

    public static FlagKind<IReadOnlyDictionary<string, bool>> FeatureGates { get; } = new("mapStringBool", ReadFeatureGates, NoDefault);

    public static FlagKind<string> StringOf(Func<string, string?> fault) => new("value", (string text, bool _, string _, out string value) =>
    {
        value = text;
        return fault(text) is { } wrong ? FlagFault.Same(wrong) : null;
    }, value => value.Length == 0 ? null : value);

    private static string? NoDefault<T>(T value) => null;

    private static FlagFault? ReadBool(string text, bool wasSet, bool earlier, out bool value)
    {
        if (GoBool.TryParse(text, out value)) return null;
        return FlagFault.Syntax($"strconv.ParseBool: parsing {GoQuote.Quote(text)}: invalid syntax");
    }

    private static FlagFault? ReadLenientBool(string text, bool wasSet, bool earlier, out bool value) =>
        ReadBool(text.Length == 0 ? "true" : text, wasSet, earlier, out value);

    private static FlagFault? ReadString(string text, bool wasSet, string earlier, out string value)
    {
        value = text;
        return null;
    }

    private static FlagFault? ReadInt(string text, bool wasSet, int earlier, out int value)
    {
        var outcome = GoInteger.Parse(text, signed: true, out var wide);
        if (outcome == NumberOutcome.Ok && (wide < int.MinValue || wide > int.MaxValue)) outcome = NumberOutcome.OutOfRange;
        value = outcome == NumberOutcome.Ok ? (int)wide : 0;
        return NumberFault(outcome, "ParseInt", text);
    }

    private static FlagFault? ReadUint(string text, bool wasSet, uint earlier, out uint value)
    {
        var outcome = GoInteger.Parse(text, signed: false, out var wide);
        if (outcome == NumberOutcome.Ok && wide > uint.MaxValue) outcome = NumberOutcome.OutOfRange;
        value = outcome == NumberOutcome.Ok ? (uint)wide : 0;
        return NumberFault(outcome, "ParseUint", text);
    }

    private static FlagFault? ReadFloat(string text, bool wasSet, double earlier, out double value) =>
        NumberFault(GoFloatParser.Parse(text, out value), "ParseFloat", text);

    private static FlagFault? NumberFault(NumberOutcome outcome, string function, string text) => outcome switch
    {
        NumberOutcome.Ok => null,
        NumberOutcome.OutOfRange => FlagFault.Range($"strconv.{function}: parsing {GoQuote.Quote(text)}: value out of range"),
        _ => FlagFault.Syntax($"strconv.{function}: parsing {GoQuote.Quote(text)}: invalid syntax"),
    };

    private static FlagFault? ReadDuration(string text, bool wasSet, TimeSpan earlier, out TimeSpan value) =>
        GoDuration.TryParse(text, out value, out var error) ? null : FlagFault.Syntax(error);

    private static FlagFault? ReadQuantity(string text, bool wasSet, Quantity earlier, out Quantity value) =>
        Hosting.Quantity.TryParse(text, out value)
            ? null
            : FlagFault.Same("expected a quantity: a number with an optional suffix such as Ki, Mi, k or M");

    private static FlagFault? ReadLabels(
        string text, bool wasSet, IReadOnlyDictionary<string, string> earlier, out IReadOnlyDictionary<string, string> value)
    {
        value = earlier;
        if (text.Length == 0) return FlagFault.Same("an empty list of labels, expected key:value,key:value");
        var labels = Continue(wasSet, earlier);
        foreach (var item in text.Split(','))
        {
            var parts = item.Split(':');
            if (parts.Length != 2) return FlagFault.Same($"malformed label {GoQuote.Quote(item)}, expected exactly one colon as in key:value");
            labels[parts[0].Trim()] = parts[1].Trim();
        }
        value = labels.ToFrozenDictionary(StringComparer.Ordinal);
        return null;
    }

    private static FlagFault? ReadFeatureGates(
        string text, bool wasSet, IReadOnlyDictionary<string, bool> earlier, out IReadOnlyDictionary<string, bool> value)
    {
        value = earlier;
        var gates = Continue(wasSet, earlier);
        foreach (var item in text.Split(','))
        {
            if (item.Length == 0) continue;
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) return FlagFault.Same($"malformed feature gate {GoQuote.Quote(item)}, expected Name=true or Name=false");
            var (name, setting) = (item[..equals].Trim(), item[(equals + 1)..].Trim());
            if (!GoBool.TryParse(setting, out var enabled))
                return FlagFault.Same($"invalid value {GoQuote.Quote(setting)} of feature gate {name}, expected true or false");
            gates[name] = enabled;
        }
        value = gates.ToFrozenDictionary(StringComparer.Ordinal);
        return null;
    }

    // The first occurrence replaces the default, further ones add to it and win over earlier entries.
    private static Dictionary<string, T> Continue<T>(bool wasSet, IReadOnlyDictionary<string, T> earlier) =>
        wasSet ? new(earlier, StringComparer.Ordinal) : new(StringComparer.Ordinal);
}
