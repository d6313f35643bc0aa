using System.Globalization;
using Sidecars.Hosting;

namespace Sidecars.Bench;

/// <summary>
/// The command line. It is a developer's tool, not one of the programs whose flags have to be those of the originals; what comes after <c>--</c> are
/// the programs to be measured, each with its arguments, parted by another <c>--</c>.
/// </summary>
internal static class BenchFlags
{
    public const string Usage = """
        sidecar-bench MODE N [FLAG]... -- BINARY [ARG]... [-- BINARY [ARG]...]...

        Measures CSI sidecars against an API server and a driver that answers at once. Several programs are measured one after another on the same input, and
        compared with the first. --kubeconfig and --csi-address are added to their arguments.

        MODE is what is done with N objects:
          provision   claims get a volume (csi-provisioner)          delete      released volumes are deleted (csi-provisioner)
          attach      attachments are attached (csi-attacher)        detach      deleted attachments are detached (csi-attacher)
          snapshot    snapshot contents are taken (csi-snapshotter)  expand      claims grow (csi-resizer)
          idle        nothing: N volumes with their claims are there (any sidecar; N may be 0)

          --live                    the work comes once the program is at rest, and each latency counts from its own request; without it the work waits
                                    when the program starts, and latencies count from that start
          --claims N                so many bound claims with their volumes stand by (expand: at least as many as grow, and those that grow are among them)
          --pods N                  so many pods stand by, each with one of those claims
          --limit D                 how long the work of one program may take (default 2m0s)
          --quiet D                 how long a program is left alone before its memory at rest is read (default 8s)
          --kubeconfig P            work in this cluster, instead of an embedded one
          --sidecar-kubeconfig P    what the programs get, where it is not the same; the requests of its user are counted
          --audit-log P             the audit log of that cluster; without it no requests are counted
          --yes-this-cluster        also where nodes or claims of others are; hundreds of objects are written, and removed at the end
          --json                    figures as JSON

        It ends with 0 when all was done, with 1 when not (what there is of figures is printed), with 2 where the command line is wrong.

        """;

    private static readonly string[] s_modes = ["provision", "delete", "attach", "detach", "snapshot", "expand", "idle"];

    /// <summary>The options, or one line that says which argument is wrong; an empty error with no options asks for the usage.</summary>
    public static (BenchOptions? Options, string Error) Parse(IReadOnlyList<string> args)
    {
        var own = args.TakeWhile(argument => argument != "--").ToList();
        if (own.Contains("--help") || own.Contains("-h")) return (null, "");
        var (options, error) = ParseOwn(new Queue<string>(own));
        if (options is null) return (null, error);
        var commands = Commands(args.Skip(own.Count)).ToList();
        if (commands.Count == 0 || commands.Any(command => command.Count == 0)) return (null, "which program is to be measured? Name it after --");
        options = options with { Commands = [.. commands.Select(command => new MeasuredCommand(command[0], [.. command.Skip(1)]))] };
        return Problem(options) is { } problem ? (null, problem) : (options, "");
    }

    private static (BenchOptions? Options, string Error) ParseOwn(Queue<string> rest)
    {
        if (!rest.TryDequeue(out var mode)) return (null, "which mode, and how many?");
        if (!s_modes.Contains(mode)) return (null, $"unknown mode \"{mode}\"; there are: {string.Join(", ", s_modes)}");
        if (!rest.TryDequeue(out var text) || Number(text) is not { } count) return (null, $"{mode} needs a whole number of objects");
        var options = new BenchOptions { Mode = mode, Count = count };
        while (rest.TryDequeue(out var argument))
        {
            var (flag, value) = argument.Split('=', 2) is [var before, var after] ? (before, after) : (argument, null);
            if (Switch(options, flag) is { } switched)
            {
                if (value is not null) return (null, $"{flag} takes no value");
                options = switched;
                continue;
            }
            if (flag is not ("--claims" or "--pods" or "--limit" or "--quiet" or "--kubeconfig" or "--sidecar-kubeconfig" or "--audit-log"))
                return (null, $"unknown argument: {argument}");
            if (value is null && !rest.TryDequeue(out value)) return (null, $"{flag} needs a value");
            (var changed, var wrong) = Set(options, flag, value);
            if (changed is null) return (null, wrong);
            options = changed;
        }
        return (options, "");
    }

    private static BenchOptions? Switch(BenchOptions options, string flag) => flag switch
    {
        "--live" => options with { IsLive = true },
        "--json" => options with { AsJson = true },
        "--yes-this-cluster" => options with { InAnyCluster = true },
        _ => null,
    };

    private static (BenchOptions? Options, string Error) Set(BenchOptions options, string flag, string value) => flag switch
    {
        "--claims" => Number(value) is { } claims ? (options with { Claims = claims }, "") : (null, NoNumber(flag, value)),
        "--pods" => Number(value) is { } pods ? (options with { Pods = pods }, "") : (null, NoNumber(flag, value)),
        "--limit" => Duration(value) is { } limit && limit > TimeSpan.Zero ? (options with { Limit = limit }, "") : (null, NoDuration(flag, value)),
        "--quiet" => Duration(value) is { } quiet ? (options with { Quiet = quiet }, "") : (null, NoDuration(flag, value)),
        "--kubeconfig" => (options with { Kubeconfig = value }, ""),
        "--sidecar-kubeconfig" => (options with { SidecarKubeconfig = value }, ""),
        _ => (options with { AuditLog = value }, ""),
    };

    private static string? Problem(BenchOptions options)
    {
        if (options.Count == 0 && options.Mode != "idle") return $"{options.Mode} needs at least one object";
        if (options.Kubeconfig is null && (options.SidecarKubeconfig ?? options.AuditLog) is not null)
            return "--sidecar-kubeconfig and --audit-log are for the cluster of --kubeconfig; an embedded one has its own";
        if (options.Mode == "idle" && options.Claims > 0) return "idle N says already how many claims there are: leave --claims out";
        return options.Pods > options.StandingClaims ? $"--pods {options.Pods} is more than there are claims ({options.StandingClaims}): each pod uses one" : null;
    }

    private static IEnumerable<List<string>> Commands(IEnumerable<string> args)
    {
        List<string>? current = null;
        foreach (var argument in args)
        {
            if (argument != "--")
            {
                current!.Add(argument);
                continue;
            }
            if (current is not null) yield return current;
            current = [];
        }
        if (current is not null) yield return current;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan? Duration(string text) => GoDuration.TryParse(text, out var duration, out _) && duration >= TimeSpan.Zero ? duration : null;

    private static string NoNumber(string flag, string value) => $"{flag} \"{value}\" is no whole number of 0 or more";

    private static string NoDuration(string flag, string value) => $"{flag} \"{value}\" is no duration, such as 90s or 2m";
}
