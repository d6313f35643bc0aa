using System.Diagnostics;
using System.Text.RegularExpressions;
using Sidecars.Tests.Support;

namespace Sidecars.Charts.Tests;

/// <summary>One flag as a program tells it: the name, the word for its value (none for a boolean), what it is for.</summary>
internal sealed record ProgramFlag(string Name, string Value, string Usage);

/// <summary>The flags of the programs, asked of the programs themselves with <c>--help</c>.</summary>
internal static partial class FlagTable
{
    /// <summary>The programs by their key in the values.</summary>
    public static IReadOnlyDictionary<string, string> Programs { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["provisioner"] = "csi-provisioner",
        ["attacher"] = "csi-attacher",
        ["snapshotter"] = "csi-snapshotter",
        ["resizer"] = "csi-resizer",
        ["clusterRegistrar"] = "csi-cluster-driver-registrar",
        ["registrar"] = "csi-node-driver-registrar",
        ["livenessProbe"] = "livenessprobe",
        ["snapshotController"] = "snapshot-controller",
    };

    private static readonly Dictionary<string, Lazy<IReadOnlyList<ProgramFlag>>> s_flags =
        Programs.ToDictionary(program => program.Key, program => new Lazy<IReadOnlyList<ProgramFlag>>(() => Read(program.Value)), StringComparer.Ordinal);

    /// <summary>The flags of a program, by its key in the values.</summary>
    public static IReadOnlyList<ProgramFlag> Of(string key) => s_flags[key].Value;

    private static List<ProgramFlag> Read(string program)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), "--help"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TestTimeouts.Limit)) throw new TimeoutException($"{program} --help does not end");
        var flags = Parse(output.Result + errors.Result);
        return flags.Count > 0 ? flags : throw new InvalidOperationException($"{program} --help tells no flags: {output.Result}{errors.Result}");
    }

    /// <summary>Both layouts of Go: the usage behind the flag, or on the next line.</summary>
    private static List<ProgramFlag> Parse(string help)
    {
        var flags = new List<ProgramFlag>();
        foreach (var line in help.Split('\n').Where(line => line.Length > 0))
        {
            if (Head().Match(line) is { Success: true } head) flags.Add(new(head.Groups["name"].Value, head.Groups["value"].Value, head.Groups["usage"].Value.Trim()));
            else if (flags.Count > 0 && flags[^1].Usage.Length is 0 && char.IsWhiteSpace(line[0])) flags[^1] = flags[^1] with { Usage = line.Trim() };
        }
        return flags;
    }

    [GeneratedRegex(@"^\s{2,6}(-\w, )?--?(?<name>\w[\w-]*)( (?<value>\S+))?(\s{2,}(?<usage>.*)|\t(?<usage>.*))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Head();
}
