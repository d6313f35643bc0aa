using System.Globalization;
using Sidecars.Hosting;

namespace Sidecars.Playground;

/// <summary>
/// The command line of the playground. It is a developer's tool, not one of the programs whose flags have to be those of the originals, and
/// the only one with a flag that may be repeated (<c>-f</c>), so it is read here.
/// </summary>
internal static class PlaygroundFlags
{
    /// <summary>The first argument with which the others are only looked at: eng/playground.sh asks so before it builds the sidecars.</summary>
    public const string CheckVerb = "check-arguments";

    /// <summary>The one text about the flags, which eng/playground.sh prints and reads its flags from as well.</summary>
    public static string Usage { get; } = ReadUsage();

    /// <summary>The options, or one line that says which argument is wrong; an empty error with no options asks for the usage.</summary>
    public static (PlaygroundOptions? Options, string Error) Parse(IReadOnlyList<string> args)
    {
        var options = new PlaygroundOptions();
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out var argument))
        {
            var (flag, value) = Split(argument);
            switch (flag)
            {
                case "-h" or "--help":
                    return (null, "");
                case "--once" when value is null:
                    options = options with { Once = true };
                    continue;
                case "-f" or "--chart" or "--csi-address" or "--keep-dir" or "--programs" or "--v" or "-v" or "--timeout":
                case var _ when SidecarOf(flag) is not null:
                    break;
                default:
                    return (null, $"unknown argument: {argument}");
            }

            if (value is null && !rest.TryDequeue(out value)) return (null, $"{flag} needs a value");
            (var changed, var wrong) = Apply(options, flag, value);
            if (changed is null) return (null, wrong);
            options = changed;
        }

        return (options, "");
    }

    private static (PlaygroundOptions? Options, string Error) Apply(PlaygroundOptions options, string flag, string value) => flag switch
    {
        "-f" => (options with { Files = [.. options.Files, value] }, ""),
        "--chart" => (options with { ChartValues = [.. options.ChartValues, value] }, ""),
        "--csi-address" => DriverSocket.Parse(value, Environment.CurrentDirectory) is var (path, error) && path is not null
            ? (options with { CsiAddress = path }, "")
            : (null, error),
        "--keep-dir" => (options with { KeepDirectory = value }, ""),
        "--programs" => (options with { Programs = value }, ""),
        "--timeout" => GoDuration.TryParse(value, out var limit, out _) && limit > TimeSpan.Zero
            ? (options with { StepLimit = limit }, "")
            : (null, $"--timeout \"{value}\" is no duration above zero, such as 90s or 2m"),
        "--v" or "-v" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var verbosity)
            ? (options with { Verbosity = verbosity }, "")
            : (null, $"{flag} \"{value}\" is no whole number of 0 or more"),
        _ => (options with { SidecarArguments = With(options.SidecarArguments, SidecarOf(flag)!, value) }, ""),
    };

    private static string? SidecarOf(string flag) => SidecarProgram.All.FirstOrDefault(sidecar => sidecar.ArgumentsFlag == flag)?.FileName;

    private static ILookup<string, string> With(ILookup<string, string> before, string sidecar, string arguments) => before
        .SelectMany(of => of.Select(argument => (Sidecar: of.Key, Argument: argument)))
        .Concat(arguments.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(argument => (Sidecar: sidecar, Argument: argument)))
        .ToLookup(passed => passed.Sidecar, passed => passed.Argument, StringComparer.Ordinal);

    private static string ReadUsage()
    {
        using var reader = new StreamReader(typeof(PlaygroundFlags).Assembly.GetManifestResourceStream("Usage.txt")!);
        return reader.ReadToEnd();
    }

    private static (string Flag, string? Value) Split(string argument) =>
        argument.StartsWith('-') && argument.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
            ? (argument[..equals], argument[(equals + 1)..])
            : (argument, null);
}
