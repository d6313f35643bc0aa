namespace Sidecars.Vectors.Tests;

/// <summary>No right is granted for nothing. It runs when all scenarios have ended, because only together they use everything.</summary>
[NonParallelizable]
public sealed class UnusedRightsTests
{
    /// <summary>What no recorded scenario shows, and who needs it.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> s_explained = new()
    {
        ["external-provisioner"] = new()
        {
            ["storage.k8s.io/csistoragecapacities update"] = "a capacity that has changed",
            ["storage.k8s.io/csistoragecapacities delete"] = "a class or a segment that has gone",
        },
        ["external-attacher"] = new() { ["/events patch"] = "an event told again" },
        ["external-snapshotter"] = new()
        {
            ["/events patch"] = "an event told again",
            ["snapshot.storage.k8s.io/volumesnapshotcontents/status update"] = "the original's alone",
            ["groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents/status update"] = "the original's alone",
        },
        ["external-resizer"] = [],
        ["snapshot-controller"] = new()
        {
            ["/events patch"] = "an event told again",
            ["snapshot.storage.k8s.io/volumesnapshots update"] = "the original's alone",
            ["snapshot.storage.k8s.io/volumesnapshots/status update"] = "the original's alone",
            ["snapshot.storage.k8s.io/volumesnapshots delete"] = "the members of a group that is deleted",
            ["groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents delete"] = "a group that is deleted",
            ["groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents patch"] = "a group that is deleted: the mark for the driver's side",
            ["groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents/status patch"] = "the original's alone",
            ["groupsnapshot.storage.k8s.io/volumegroupsnapshots update"] = "the original's alone",
            ["groupsnapshot.storage.k8s.io/volumegroupsnapshots/status update"] = "the original's alone",
        },
    };

    [TestCase("external-provisioner")]
    [TestCase("external-attacher")]
    [TestCase("external-snapshotter")]
    [TestCase("external-resizer")]
    [TestCase("snapshot-controller")]
    public void Every_right_that_a_chart_grants_was_used_by_a_scenario_or_is_explained(string sidecar)
    {
        Assert.That(RightsInUse.Missing, Is.Empty, "these scenarios have not run yet; run this test together with them all");
        Assert.That(RightsInUse.Unused(sidecar), Is.EquivalentTo(s_explained[sidecar].Keys));
    }
}
