using System.Globalization;

namespace Sidecars.Playground;

/// <summary>
/// The command line of the playground. It is a developer's tool, not one of the programs whose flags have to be those of the originals, and
/// the only one with a flag that may be repeated (<c>-f</c>), so it is read here.
/// </summary>
internal static class PlaygroundFlags
{
    public const string Usage = """
        playground [--once] [-f FILE]... [--csi-address SOCKET] [--keep-dir DIR] [--programs DIR] [--v N]

          --once             check that all of it came true, take it down again, and end with 0 or 1
          -f FILE            apply these manifests instead of the announcement's; may be repeated;
                             ${DRIVER_NAME} in them stands for the driver's name
          --csi-address S    play with the driver that listens on this Unix socket instead of the hostpath driver
          --keep-dir DIR     keep logs, volumes and kubeconfig in this directory
          --programs DIR     the directory with the sidecar programs, or with the outputs of a build
                             (default: artifacts/native of the repository, else artifacts/bin)
          --v N              verbosity of the sidecars' logs (default 5)

        """;

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
                case "-f" or "--csi-address" or "--keep-dir" or "--programs" or "--v" or "-v":
                    break;
                default:
                    return (null, $"unknown argument: {argument}");
            }

            if (value is null && !rest.TryDequeue(out value)) return (null, $"{flag} needs a value");
            if (Apply(options, flag, value) is not { } changed) return (null, $"{flag} \"{value}\" is no whole number of 0 or more");
            options = changed;
        }

        return (options, "");
    }

    private static PlaygroundOptions? Apply(PlaygroundOptions options, string flag, string value) => flag switch
    {
        "-f" => options with { Files = [.. options.Files, value] },
        "--csi-address" => options with { CsiAddress = value },
        "--keep-dir" => options with { KeepDirectory = value },
        "--programs" => options with { Programs = value },
        _ => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var verbosity) ? options with { Verbosity = verbosity } : null,
    };

    private static (string Flag, string? Value) Split(string argument) =>
        argument.StartsWith('-') && argument.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
            ? (argument[..equals], argument[(equals + 1)..])
            : (argument, null);
}
