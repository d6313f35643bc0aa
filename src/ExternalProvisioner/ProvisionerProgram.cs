using System.Net;
using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalProvisioner;

/// <summary>csi-provisioner as the frame runs it: how it starts (provisioner contract 2.1) and what it is in a process.</summary>
internal static class ProvisionerProgram
{
    public const string Name = "csi-provisioner";

    /// <summary>The program with nothing else in it.</summary>
    public static ControllerProgram Describe()
    {
        var commandLine = new CommandLine(Name, FlagDialect.Pflag, ProgramKind.Sidecar, ProvisionerFlags.Gates, ProvisionerFlags.RetiredGates);
        var flags = new ProvisionerFlags(commandLine);
        return new ControllerProgram
        {
            CommandLine = commandLine,
            Start = new StartSequence
            {
                BadGates = ExitCode.Fatal,
                NoCluster = ExitCode.Fatal,
                NoName = ExitCode.Fatal,
                NoCapabilities = ExitCode.Fatal,
                NoNode = ExitCode.Fatal,
                NoListener = ExitCode.Fatal,
                ServesBeforeCapabilities = false,
                HasAlphaStartTime = false,
            },
            Problem = flags.Problem,
            WithoutEffect = flags.WithoutEffect,
            Cluster = () => (flags.Kubeconfig, flags.Master.Value),
            Sidecars = gates => [Sidecar(flags.Options(gates))],
        };
    }

    /// <summary>The sidecar, for this program or beside others in one process.</summary>
    public static Sidecar Sidecar(ProvisionerOptions options) => Sidecar(options, options.Capacity.IsEnabled ? new CapacityStart(options.Capacity) : null);

    private static Sidecar Sidecar(ProvisionerOptions options, CapacityStart? capacity) => new()
    {
        Name = Name,
        Driver = new DriverQuestions
        {
            ProbeLimit = options.Timeout,
            NameLimit = options.Timeout,
            Capabilities = new CapabilityQuestions(options.Timeout, AlwaysAsksController: true),
            NodeLimit = options.Nodes.Node is null ? null : options.Timeout,
        },
        // The slash is replaced before the name is sanitised, as the originals did before they sanitised at all.
        LeaseOf = driver => driver.Replace('/', '-'),
        EventComponentOf = driver => $"{driver}_{Dns.GetHostName()}_{Guid.NewGuid()}",
        Check = capacity is null ? null : capacity.Check,
        Rights = driver => ProvisionerRights.Of(options, driver!),
        Compose = context => new ProvisionerControllers(context, options, capacity?.Found),
    };
}
