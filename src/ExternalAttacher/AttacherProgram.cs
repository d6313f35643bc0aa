using System.Net;
using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalAttacher;

/// <summary>csi-attacher as the frame runs it: how it starts (attacher contract 4.1) and what it is in a process.</summary>
internal static class AttacherProgram
{
    public const string Name = "csi-attacher";

    /// <summary>The program with nothing else in it.</summary>
    public static ControllerProgram Describe()
    {
        var commandLine = new CommandLine(Name, FlagDialect.GoFlag, ProgramKind.Sidecar, AttacherFlags.Gates, []);
        var flags = new AttacherFlags(commandLine);
        return new ControllerProgram
        {
            CommandLine = commandLine,
            Problem = flags.Problem,
            Cluster = () => (commandLine.Standard.Kubeconfig.Value, ""),
            Sidecars = gates => [Sidecar(flags.Options(gates), flags.MaxGrpcLogLength.Value)],
        };
    }

    /// <summary>The sidecar, for this program or beside others in one process.</summary>
    public static Sidecar Sidecar(AttacherOptions options, int loggedResponseBytes = 0) => new()
    {
        Name = Name,
        Driver = new DriverQuestions
        {
            ProbeLimit = options.Timeout,
            NameLimit = DriverIdentity.ShortLimit,
            Capabilities = new CapabilityQuestions(DriverIdentity.ShortLimit, HasOneLimitForAll: true),
            LoggedResponseBytes = loggedResponseBytes,
        },
        LeaseOf = WellKnown.LeaseOf,
        EventComponentOf = driver => $"external-attacher-{driver}/{Dns.GetHostName()}",
        Rights = _ => AttacherRights.All,
        Compose = context => new AttacherControllers(context, options),
    };
}
