using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>What the program makes of its gates (provisioner contract 1.3).</summary>
internal sealed class ProvisionerFlagsTests
{
    [TestCase("", AttributesClassUse.WhereServed)]
    [TestCase("--feature-gates=VolumeAttributesClass=true", AttributesClassUse.Always, Description = "whoever names it has decided")]
    [TestCase("--feature-gates=VolumeAttributesClass=false", AttributesClassUse.Never)]
    [TestCase("--feature-gates=Topology=false", AttributesClassUse.WhereServed)]
    public void Whether_classes_of_attributes_count_is_found_out_unless_the_gate_is_named(string arguments, AttributesClassUse use) =>
        Assert.That(Options(arguments).AttributesClasses, Is.EqualTo(use));

    [TestCase("", true)]
    [TestCase("--feature-gates=Topology=false", false)]
    public void Topology_counts_unless_its_gate_is_off(string arguments, bool counts) => Assert.That(Options(arguments).UsesTopology, Is.EqualTo(counts));

    [TestCase("", false, true)]
    [TestCase("--strict-topology --immediate-topology=false", true, false)]
    public void How_topology_is_used_is_told_by_flags(string arguments, bool isStrict, bool forImmediate) =>
        Assert.That((Options(arguments).Topology.IsStrict, Options(arguments).Topology.ForImmediate), Is.EqualTo((isStrict, forImmediate)));

    private static ProvisionerOptions Options(string arguments)
    {
        var commandLine = new CommandLine(ProvisionerProgram.Name, FlagDialect.Pflag, ProgramKind.Sidecar, ProvisionerFlags.Gates, ProvisionerFlags.RetiredGates);
        var flags = new ProvisionerFlags(commandLine);
        Assert.That(commandLine.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Report(TextWriter.Null), Is.Null);
        return flags.Options(commandLine.Gates());
    }
}
