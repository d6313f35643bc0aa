using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalSnapshotter;

/// <summary>csi-snapshotter as the frame runs it: how it starts (snapshotter contract 1.3) and what it is in a process.</summary>
internal static class SnapshotterProgram
{
    public const string Name = "csi-snapshotter";

    /// <summary>The program with nothing else in it.</summary>
    public static ControllerProgram Describe()
    {
        var commandLine = new CommandLine(Name, FlagDialect.GoFlag, ProgramKind.Sidecar, SnapshotterFlags.Gates, []);
        var flags = new SnapshotterFlags(commandLine);
        return new ControllerProgram
        {
            CommandLine = commandLine,
            Start = new StartSequence { BadGates = ExitCode.Fatal, NoListener = ExitCode.Fatal, ServesBeforeReady = true },
            Problem = () => flags.Problem(commandLine.Gates()),
            Cluster = () => (commandLine.Standard.Kubeconfig.Value, ""),
            Sidecars = gates => [Sidecar(flags.Options(gates))],
        };
    }

    /// <summary>The sidecar, for this program or beside others in one process.</summary>
    public static Sidecar Sidecar(SnapshotterOptions options)
    {
        var groups = new GroupSupport(options);
        return new Sidecar
        {
            Name = Name,
            Driver = new DriverQuestions
            {
                ProbeLimit = options.Timeout, NameLimit = options.Timeout, Capabilities = new CapabilityQuestions(options.Timeout, AsksPlugin: false),
            },
            LeaseOf = WellKnown.LeaseOf,
            EventComponentOf = driver => $"csi-snapshotter {driver}",
            Check = groups.Check,
            Rights = _ => SnapshotterRights.Of(groups.IsOn),
            Compose = context => new SnapshotterControllers(context, options, groups),
        };
    }
}
