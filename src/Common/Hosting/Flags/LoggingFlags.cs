using System.Globalization;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting.Flags;

/// <summary>
/// The logging flags of all programs and the rules between them (common contract 1.4). <c>Check</c> comes before anything is logged in
/// the chosen format; its failure is exit 1.
/// </summary>
public sealed class LoggingFlags
{
    private const string TextFormat = "text";
    private const string JsonFormat = "json";
    private static readonly TimeSpan DefaultFlushFrequency = TimeSpan.FromSeconds(5);

    private static readonly FlagKind<int> VerbosityKind = new("Level", ReadVerbosity, value => value == 0 ? null : value.ToString(CultureInfo.InvariantCulture));

    private static readonly FlagKind<IReadOnlyList<VModuleRule>> VModuleKind = new("pattern=N,...", ReadVModule, static _ => null);

    private readonly Flag<bool>[] _splitStreams;
    private readonly Flag<Quantity>[] _buffers;

    /// <summary>Registers the flags; <c>v</c> is also the only one-letter flag of the POSIX dialect.</summary>
    public LoggingFlags(FlagSet flags)
    {
        Verbosity = flags.Add("v", 0, "Number for the verbosity of the log.", 'v', VerbosityKind);
        VModule = flags.Add<IReadOnlyList<VModuleRule>>("vmodule", [], "Exceptions from the verbosity by class name, text format only.", null, VModuleKind);
        Format = flags.String("logging-format", TextFormat, "Format of the log, \"text\" or \"json\".");
        FlushFrequency = flags.Duration("log-flush-frequency", DefaultFlushFrequency, "Accepted for compatibility; every line is written at once.");
        const string alpha = " [Alpha] Needs a feature gate that cannot be switched on here.";
        _splitStreams =
        [
            flags.Bool("log-text-split-stream", false, "Errors to stderr and the rest to stdout in text format." + alpha),
            flags.Bool("log-json-split-stream", false, "Errors to stderr and the rest to stdout in JSON format." + alpha),
        ];
        _buffers =
        [
            flags.Quantity("log-text-info-buffer-size", Quantity.Zero, "Buffer of the text format with split streams." + alpha),
            flags.Quantity("log-json-info-buffer-size", Quantity.Zero, "Buffer of the JSON format with split streams." + alpha),
        ];
    }

    /// <summary><c>-v</c>, 0 to 2147483647.</summary>
    public Flag<int> Verbosity { get; }

    /// <summary><c>--vmodule</c>.</summary>
    public Flag<IReadOnlyList<VModuleRule>> VModule { get; }

    /// <summary><c>--logging-format</c> as given.</summary>
    public Flag<string> Format { get; }

    /// <summary><c>--log-flush-frequency</c>; checked, but every line is written at once.</summary>
    public Flag<TimeSpan> FlushFrequency { get; }

    /// <summary>
    /// What is wrong with the combination, or null. The originals log <c>LoggingConfiguration is invalid</c> with this text as the
    /// error and exit with 1.
    /// </summary>
    public string? Check()
    {
        if (Format.Value is not (TextFormat or JsonFormat))
            return $"format: Invalid value: {GoQuote.Quote(Format.Value)}: Unsupported log format, use text or json";
        if (Format.Value == JsonFormat && VModule.Value.Count > 0)
            return "vmodule: Forbidden: Only supported for text log format";
        if (FlushFrequency.Value <= TimeSpan.Zero)
            return $"flushFrequency: Invalid value: {GoDuration.Format(FlushFrequency.Value)}: Must be greater than zero";
        foreach (var flag in _splitStreams)
            if (flag.Value) return Gated(flag);
        foreach (var flag in _buffers)
            if (!flag.Value.IsZero) return Gated(flag);
        return null;
    }

    /// <summary>The options for the log provider. After a failed <see cref="Check"/> they are text with the given verbosity.</summary>
    public KlogOptions ToOptions() =>
        new(Verbosity.Value, Format.Value == JsonFormat ? KlogFormat.Json : KlogFormat.Text, VModule.Value);

    private static string Gated(Flag flag) => $"{flag.Name}: Forbidden: Feature LoggingAlphaOptions is disabled; remove --{flag.Name}";

    private static FlagFault? ReadVerbosity(string text, bool wasSet, int earlier, out int value)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)) return null;
        return FlagFault.Same(text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? $"strconv.ParseUint: parsing {GoQuote.Quote(text)}: value out of range"
            : $"strconv.ParseUint: parsing {GoQuote.Quote(text)}: invalid syntax");
    }

    private static FlagFault? ReadVModule(
        string text, bool wasSet, IReadOnlyList<VModuleRule> earlier, out IReadOnlyList<VModuleRule> value)
    {
        value = earlier;
        var rules = new List<VModuleRule>();
        foreach (var item in text.Split(','))
        {
            if (item.Length == 0) continue;
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == item.Length - 1) return FlagFault.Same($"{GoQuote.Quote(item)} does not have the pattern=N format");
            if (ReadVerbosity(item[(equals + 1)..], false, 0, out var verbosity) is { } fault)
                return FlagFault.Same($"parsing verbosity in {GoQuote.Quote(item)}: {fault.GoText}");
            rules.Add(new VModuleRule(item[..equals], verbosity));
        }
        value = rules;
        return null;
    }
}
