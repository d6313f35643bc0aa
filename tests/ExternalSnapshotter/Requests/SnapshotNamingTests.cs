using Sidecars.ControllerManager;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalSnapshotter.Tests.Requests;

internal sealed class SnapshotNamingTests
{
    [TestCase("snapshot", -1, "1234-5678-9abc", "snapshot-1234-5678-9abc")]
    [TestCase("p", 8, "1234-5678-9abc", "p-12345678")]
    [TestCase("p", 32, "1234-5678-9abc", "p-123456789abc")]
    [TestCase("p", 1, "1234-5678-9abc", "p-1")]
    public void A_name_is_made_of_the_uid(string prefix, int length, string uid, string name) =>
        Assert.That(new SnapshotNaming(prefix, length).Of(uid), Is.EqualTo(name));

    [TestCase("--snapshot-name-prefix=", "--snapshot-name-prefix must not be empty")]
    [TestCase("--groupsnapshot-name-prefix=", "--groupsnapshot-name-prefix must not be empty")]
    [TestCase("--groupsnapshot-name-prefix= --feature-gates=CSIVolumeGroupSnapshot=false", null)]
    [TestCase("--snapshot-name-uuid-length=33", "--snapshot-name-uuid-length must be -1 or between 1 and 32, not 33")]
    [TestCase("--snapshot-name-uuid-length=0", "--snapshot-name-uuid-length must be -1 or between 1 and 32, not 0")]
    [TestCase("--groupsnapshot-name-uuid-length=-2", "--groupsnapshot-name-uuid-length must be -1 or between 1 and 32, not -2")]
    [TestCase("--snapshot-name-uuid-length=32", null)]
    public void What_would_give_no_name_or_one_name_to_all_is_refused_at_the_start(string arguments, string? problem)
    {
        var commandLine = new CommandLine(SnapshotterProgram.Name, FlagDialect.GoFlag, ProgramKind.Sidecar, SnapshotterFlags.Gates, []);
        var flags = new SnapshotterFlags(commandLine);
        Assert.That(commandLine.Parse(arguments.Split(' ')).Report(TextWriter.Null), Is.Null);
        var found = flags.Problem(commandLine.Gates());
        Assert.That((found?.Reason, found?.Code), Is.EqualTo((problem, problem is null ? (int?)null : 1)));
    }
}
