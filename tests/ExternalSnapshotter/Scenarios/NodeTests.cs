using Sidecars.EmbeddedCluster;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>A sidecar that serves one node (snapshotter contract 2), and clusters without groups.</summary>
internal sealed class NodeTests : RigTest
{
    private const string Label = "snapshot.storage.kubernetes.io/managed-by";

    [Test]
    public async Task Only_the_contents_of_its_node_are_served_by_classes_of_all()
    {
        var rig = await Prepared(new RigOptions().With(o => o with { Node = "n1" }));
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(new TestContent("theirs").Labelled(Label, "n2"));
        rig.World.Add(new TestContent("nobodys"));
        rig.World.Add(new TestContent().Labelled(Label, "n1").BoundTo("u1"));
        await rig.World.UntilSettled("c");
        Assert.That(rig.Taken.Single().ToJsonString(), Does.Contain("snapshot-u1"));
        Assert.That(rig.World.Find("volumesnapshotcontents", "theirs")!["status"], Is.Null);
    }

    [Test]
    public async Task For_one_node_there_are_no_groups_and_the_start_says_so()
    {
        var rig = await Prepared(RigOptions.Grouping.With(o => o with { Node = "n1" }));
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(new TestContent().Labelled(Label, "n1"));
        await rig.World.UntilSettled("c");
        Assert.That(rig.Log.Lines, Has.Some.Contains("Groups of snapshots are not worked on with --node-deployment"));
        Assert.That(rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.Contains("volumegroup"));
    }

    [Test]
    public async Task Groups_that_the_server_does_not_tell_of_in_time_are_off_and_snapshots_are_taken()
    {
        var rig = await Prepared(RigOptions.Grouping.With(o => o with { Timeout = TimeSpan.FromSeconds(2) }));
        rig.World.AddClass("snap");
        using var fault = rig.Cluster.Faults.Add(new RequestMatch { Verb = "list", Resource = "volumegroupsnapshotcontents" },
            Answers(500, "InternalError", "conversion webhook: connection refused"));
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Log.Lines.Count(l => l.Contains("did not say within --timeout whether it knows them", StringComparison.Ordinal)),
            Is.EqualTo(1));
        Assert.That(rig.Calls("GroupControllerGetCapabilities"), Is.Empty);
    }

    [Test]
    public async Task Groups_that_cannot_be_listed_hold_up_no_snapshot_and_are_taken_once_they_can()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.AddClass("snap");
        rig.World.AddGroupClass("group");
        // The question at the start is answered.
        using var watched = rig.Cluster.Faults.Add(new RequestMatch { Verb = "watch", Resource = "volumegroupsnapshotcontents" },
            Answers(500, "InternalError"));
        using var listed = rig.Cluster.Faults.Add(new RequestMatch { Verb = "list", Resource = "volumegroupsnapshotcontents" },
            Answers(500, "InternalError"), skip: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        rig.World.Add(new TestGroup());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Calls("CreateVolumeGroupSnapshot"), Is.Empty);
        watched.Dispose();
        listed.Dispose();
        await rig.World.UntilReady("gc", World.Groups);
    }

    [Test]
    public async Task A_cluster_that_knows_no_groups_has_its_snapshots_taken_all_the_same()
    {
        var rig = await Prepared(new RigOptions { KnowsGroups = false });
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Log.Lines, Has.Some.Contains("Groups of snapshots are not worked on"));
        Assert.That(rig.Calls("GroupControllerGetCapabilities"), Is.Empty);
    }

    [Test]
    public async Task Groups_whose_kinds_come_later_are_taken_from_then_on()
    {
        var rig = await Prepared((RigOptions.Grouping with { KnowsGroups = false }).With(o => o with { GroupProbe = TimeSpan.FromMilliseconds(50) }));
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Calls("GroupControllerGetCapabilities"), Is.Empty);
        rig.World.AddGroupKinds();
        rig.World.AddGroupClass("group");
        rig.World.Add(new TestGroup());
        await rig.World.UntilReady("gc", World.Groups);
        Assert.That(rig.Calls("GroupControllerGetCapabilities"), Has.Count.EqualTo(1));
        Assert.That(rig.Log.Lines.Count(l => l.Contains("Groups of snapshots are not worked on", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task That_kinds_which_came_later_may_not_be_listed_is_told_once()
    {
        var rig = await Prepared((RigOptions.Grouping with { KnowsGroups = false }).With(o => o with { GroupProbe = TimeSpan.FromMilliseconds(50) }));
        using (var refused = rig.Cluster.Faults.Add(new RequestMatch { Verb = "list", Resource = "volumegroupsnapshotclasses" }, Answers(403, "Forbidden"), times: 3))
        {
            await rig.Run();
            rig.World.AddGroupKinds();
            rig.World.AddGroupClass("group");
            rig.World.Add(new TestGroup());
            await rig.World.UntilReady("gc", World.Groups);
        }
        Assert.That(
            rig.Log.Lines.Where(l => l.Contains("Groups of snapshots are not worked on", StringComparison.Ordinal)).Select(l => l.Contains("403", StringComparison.Ordinal)),
            Is.EqualTo((bool[])[false, true]));
    }

    [Test]
    public async Task Groups_that_are_not_wanted_are_not_looked_for()
    {
        var rig = await Prepared(new RigOptions().With(o => o with { WantsGroups = false }));
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.Contains("volumegroup"));
    }

    [TestCase(500, "InternalError")]
    [TestCase(503, "ServiceUnavailable")]
    public async Task A_server_that_does_not_say_whether_it_knows_groups_is_asked_until_it_does(int code, string reason)
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.AddGroupClass("group");
        using var fault = rig.Cluster.Faults.Add(new RequestMatch { Verb = "list", Resource = "volumegroupsnapshotclasses" }, Answers(code, reason),
            times: 2);
        await rig.Run();
        rig.World.Add(new TestGroup());
        await rig.World.UntilReady("gc", World.Groups);
        Assert.That(rig.Log.Lines, Has.Some.Contains("The API server does not say whether it knows groups of snapshots"));
    }
}
