using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalResizer;

/// <summary>csi-resizer as the frame runs it: how it starts (resizer contract 3) and what it is in a process.</summary>
internal static class ResizerProgram
{
    public const string Name = "csi-resizer";

    /// <summary>The program with nothing else in it.</summary>
    public static ControllerProgram Describe()
    {
        var commandLine = new CommandLine(Name, FlagDialect.GoFlag, ProgramKind.Sidecar, ResizerFlags.Gates, []);
        var flags = new ResizerFlags(commandLine);
        return new ControllerProgram
        {
            CommandLine = commandLine,
            Start = new StartSequence { ServesBeforeCapabilities = false, ChecksGatesLast = true },
            Problem = flags.Problem,
            Cluster = () => (commandLine.Standard.Kubeconfig.Value, flags.Master.Value),
            Sidecars = gates => [Sidecar(flags.Options(gates))],
        };
    }

    /// <summary>The sidecar, for this program or beside others in one process.</summary>
    public static Sidecar Sidecar(ResizerOptions options)
    {
        var abilities = new DriverAbilities(options);
        return new Sidecar
        {
            Name = Name,
            Driver = new DriverQuestions
            {
                ProbeLimit = options.Timeout,
                NameLimit = options.Timeout,
                Capabilities = new CapabilityQuestions(options.Timeout),
            },
            LeaseOf = WellKnown.LeaseOf,
            EventComponentOf = driver => $"external-resizer {driver}",
            Check = abilities.Check,
            Rights = driver => ResizerRights.Of(options, driver!.Controller, abilities.Facts!.Expands),
            Compose = context => new ResizerControllers(context, options, abilities.Facts!),
        };
    }
}
