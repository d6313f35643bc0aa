using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;
using Sidecars.Kubernetes.Http;

namespace Sidecars.SnapshotController;

/// <summary>snapshot-controller as the frame runs it: a sidecar without a driver (snapshot controller contract 1).</summary>
internal static class SnapshotControllerProgram
{
    public const string Name = "snapshot-controller";

    /// <summary>The program with nothing else in it.</summary>
    public static ControllerProgram Describe()
    {
        var commandLine = new CommandLine(Name, FlagDialect.GoFlag, ProgramKind.SnapshotController, SnapshotControllerFlags.Gates, []);
        var flags = new SnapshotControllerFlags(commandLine);
        return new ControllerProgram
        {
            CommandLine = commandLine,
            Start = new StartSequence { BadGates = ExitCode.Fatal, NoListener = ExitCode.Fatal, HasAlphaStartTime = false, DrainsAlways = true },
            Problem = flags.Problem,
            Cluster = () => (commandLine.Standard.Kubeconfig.Value, ""),
            Sidecars = gates => [Sidecar(flags.Options(gates))],
        };
    }

    /// <summary>The sidecar, for this program or beside others in one process.</summary>
    public static Sidecar Sidecar(SnapshotControllerOptions options) => new()
    {
        Name = Name,
        LeaseOf = _ => WellKnown.Lease,
        EventComponentOf = _ => WellKnown.Component,
        Check = new KindsStart(options, new RequestRate(-1, 1)).Check,
        Rights = _ => SnapshotControllerRights.Of(options),
        Compose = context => new SnapshotControllers(context, options),
    };
}
