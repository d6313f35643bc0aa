using Sidecars.ControllerManager;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalAttacher.Tests.Program;

internal sealed class AttacherFlagsTests
{
    [TestCase("0", 1)]
    [TestCase("-5s", 1)]
    [TestCase("10ms", 1)]
    [TestCase("2s", 2)]
    public void Comparisons_have_a_pause_of_a_second_at_least(string asked, int seconds)
    {
        var commandLine = new CommandLine(AttacherProgram.Name, FlagDialect.GoFlag, ProgramKind.Sidecar, AttacherFlags.Gates, []);
        var flags = new AttacherFlags(commandLine);
        Assert.That(commandLine.Parse([$"--reconcile-sync={asked}"]).Report(TextWriter.Null), Is.Null);
        Assert.That(flags.Options(commandLine.Gates()).ReconcileSync, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }
}
