using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.SnapshotController.Contents;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.SnapshotController.Tests.Program;

/// <summary>
/// The published program is killed at every request it sends in the life of snapshots, once before the request takes effect and once after, before the program learns of it; started
/// again, it has to end with each snapshot ready and with one content, and after their deletion with nothing left but what policy Retain keeps, at the driver too, and no claim held.
/// </summary>
internal sealed class KillWalkTests
{
    [Test]
    public Task Killed_at_any_step_it_loses_no_snapshot_and_leaves_nothing_behind() => new KillWalk(Prepare, Start, Live).Walk(
        "list volumesnapshots", "watch volumesnapshots", "watch volumesnapshotcontents", "watch volumesnapshotclasses", "watch persistentvolumeclaims", "watch persistentvolumes",
        "patch volumesnapshots", "get persistentvolumeclaims", "update persistentvolumeclaims", "create volumesnapshotcontents", "patch volumesnapshots/status",
        "patch volumesnapshotcontents", "delete volumesnapshotcontents", "create events");

    /// <summary>The snapshots are deleted as soon as they are seen, whatever has come of them by then, and also while the program is away.</summary>
    [Test]
    public Task Killed_at_any_step_of_snapshots_that_are_deleted_meanwhile_it_leaves_nothing_behind() => new KillWalk(Prepare, Start, LiveBriefly, DeleteAll).Walk(
        "patch volumesnapshots", "create volumesnapshotcontents");

    /// <summary>What is read at the start is walked above; here it is all that is written for a group, each time.</summary>
    [TestCase("Delete")]
    [TestCase("Retain")]
    public Task Killed_at_any_write_of_a_group_it_leaves_nothing_behind_but_what_is_to_be_kept(string policy) =>
        new KillWalk(PrepareGroups, StartWithGroups, rig => LiveInGroup(rig, policy)) { Walks = IsWriteOrList, EachTime = true }.Walk(
            [.. s_groupSteps, .. policy is "Delete" ? (string[])["delete volumegroupsnapshotcontents", "delete volumesnapshotcontents"] : []]);

    [TestCase("Delete")]
    [TestCase("Retain")]
    public Task Killed_at_any_write_of_a_group_that_is_deleted_meanwhile_it_leaves_nothing_behind(string policy) =>
        new KillWalk(PrepareGroups, StartWithGroups, rig => LiveBrieflyInGroup(rig, policy), DeleteGroup) { Walks = IsOfCreation, EachTime = true }.Walk(
            [.. s_groupSteps.Where(step => step.StartsWith("create", StringComparison.Ordinal) || step.EndsWith("/status", StringComparison.Ordinal))]);

    private static readonly string[] s_groupSteps =
    [
        "patch volumegroupsnapshots", "list persistentvolumeclaims", "create volumegroupsnapshotcontents", "patch volumegroupsnapshots/status", "create volumesnapshots",
        "create volumesnapshotcontents", "patch volumesnapshotcontents/status", "patch volumesnapshots/status", "patch volumegroupsnapshotcontents", "delete volumesnapshots",
        "patch volumesnapshotcontents", "patch volumesnapshots",
    ];

    private static readonly string[] s_volumes = ["handle-a", "handle-b"];

    // Whether one object is read depends on which of two watches is the quicker one: that is no step of the walk.
    private static bool IsWriteOrList(WalkStep step) =>
        step is { Method: "create" or "patch" or "update" or "delete", Resource: not "events" } or { Method: "list", Resource: World.Claims };

    private static bool IsOfCreation(WalkStep step) => step is { Method: "create", Resource: not "events" } or { Subresource: "status" } or { Method: "list", Resource: World.Claims };

    private static async Task<ProcessRig> PrepareGroups()
    {
        var rig = await ProcessRig.PrepareAsync(SnapshotControllerProgram.Name, talksToDriver: false);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddGroupKinds();
        foreach (var name in (string[])["a", "b"]) world.AddClaim(name, labels: """{"app":"db"}""");
        foreach (var policy in (string[])["Delete", "Retain"]) world.AddGroupClass(policy.ToLowerInvariant(), policy);
        return rig;
    }

    private static PublishedProgram StartWithGroups(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    private static StoredObject AddGroup(World world, string policy) =>
        world.AddGroup("g", """{"selector":{"matchLabels":{"app":"db"}}}""", policy.ToLowerInvariant());

    private static async Task LiveInGroup(ProcessRig rig, string policy)
    {
        var world = new World(rig.Cluster.Storage);
        await using var sidecar = new PlayedSidecar(rig.Cluster.Storage, takesGroups: true);
        var uid = AddGroup(world, policy).Uid;
        var content = $"groupsnapcontent-{uid}";
        string[] taken = [.. s_volumes.Select(v => $"{content}/{v}")];
        string[] digests = [.. s_volumes.Select(v => ContentNames.MemberDigest(uid, v))];
        await world.Until(World.Groups, "g", World.IsReady);
        foreach (var digest in digests) await world.UntilReady($"snapshot-{digest}");
        Assert.That(sidecar.Held, Is.EquivalentTo(taken), "one snapshot at the driver for each volume");
        Assert.That((world.All(World.Snapshots).Count, world.All(World.Contents).Count, world.All(World.GroupContents).Count), Is.EqualTo((2, 2, 1)));

        DeleteGroup(rig);
        await world.UntilGone(World.Groups, "g");
        foreach (var digest in digests) await world.UntilGone(World.Snapshots, $"snapshot-{digest}");
        if (policy is "Retain")
        {
            foreach (var (resource, kept) in (IEnumerable<(string, JsonObject)>)[.. world.All(World.Contents).Select(c => (World.Contents, c)), (World.GroupContents, world.Find(World.GroupContents, content)!)])
            {
                Assert.That((World.IsBeingDeleted(kept), World.Annotation(kept, resource is World.Contents ? WellKnown.BeingDeleted : WellKnown.GroupBeingDeleted)), Is.EqualTo((false, "yes")));
                world.Delete(resource, World.Text(kept, "metadata", "name")); // as an administrator may
            }
        }
        foreach (var digest in digests) await world.UntilGone(World.Contents, $"snapcontent-{digest}");
        await world.UntilGone(World.GroupContents, content);
        Assert.That(sidecar.Held, Is.EquivalentTo(policy is "Retain" ? taken : []), "at the driver");
        AssertNothingLeft(world);
    }

    private static async Task LiveBrieflyInGroup(ProcessRig rig, string policy)
    {
        var world = new World(rig.Cluster.Storage);
        await using var sidecar = new PlayedSidecar(rig.Cluster.Storage, takesGroups: true);
        var uid = AddGroup(world, policy).Uid;
        // While the program is away it is deleted at any step.
        await world.UntilOrGone(World.Groups, "g", g => World.IsReady(g) || World.IsBeingDeleted(g));
        DeleteGroup(rig);
        await world.UntilGone(World.Groups, "g");
        foreach (var digest in s_volumes.Select(v => ContentNames.MemberDigest(uid, v))) await world.UntilGone(World.Snapshots, $"snapshot-{digest}");
        foreach (var (resource, kept) in (IEnumerable<(string, JsonObject)>)[.. world.All(World.Contents).Select(c => (World.Contents, c)), .. world.All(World.GroupContents).Select(c => (World.GroupContents, c))])
        {
            var name = World.Text(kept, "metadata", "name");
            // What Retain keeps is marked, so that an administrator can delete it; what Delete deletes is on its way.
            Assert.That((World.IsBeingDeleted(kept), World.Annotation(kept, resource is World.Contents ? WellKnown.BeingDeleted : WellKnown.GroupBeingDeleted)),
                Is.EqualTo((policy is "Delete", "yes")), name);
            if (policy is "Retain") world.Delete(resource, name);
            await world.UntilGone(resource, name);
        }
        if (policy is "Delete") Assert.That(sidecar.Held, Is.Empty, "snapshots left at the driver");
        AssertNothingLeft(world);
    }

    private static void AssertNothingLeft(World world)
    {
        foreach (var resource in (string[])[World.Groups, World.GroupContents, World.Snapshots, World.Contents]) Assert.That(world.All(resource), Is.Empty, resource);
        Assert.That(world.All(World.Claims).SelectMany(World.Finalizers), Has.None.EqualTo(WellKnown.ClaimFinalizer), "claims that are held");
    }

    private static void DeleteGroup(ProcessRig rig) => new World(rig.Cluster.Storage).DeleteIfThere(World.Groups, "g");

    private static async Task<ProcessRig> Prepare()
    {
        var rig = await ProcessRig.PrepareAsync(SnapshotControllerProgram.Name, talksToDriver: false);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddClaim("a");
        world.AddClass("snap");
        world.AddClass("keep", "Retain");
        return rig;
    }

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4", "--feature-gates=CSIVolumeGroupSnapshot=false");

    private static async Task Live(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        await using var sidecar = new PlayedSidecar(rig.Cluster.Storage);
        world.AddContent("old", "imported");
        var one = $"snapcontent-{world.AddSnapshot("one").Uid}";
        var two = $"snapcontent-{world.AddSnapshot("two", className: "keep").Uid}";
        world.AddImport("imported", "old", "snap");
        foreach (var name in (string[])["one", "two", "imported"]) await world.UntilReady(name);
        Assert.That(sidecar.Held, Is.EquivalentTo(new[] { one, two, "old" }), "one snapshot at the driver for each");

        foreach (var name in (string[])["one", "two", "imported"]) world.Delete(World.Snapshots, name);
        foreach (var name in (string[])["one", "two", "imported"]) await world.UntilGone(World.Snapshots, name);
        await world.UntilGone(World.Contents, one);
        await world.UntilGone(World.Contents, "old");
        Assert.That(sidecar.Held, Is.EqualTo(new[] { two }), "what policy Retain keeps");
        world.Delete(World.Contents, two);
        await world.UntilGone(World.Contents, two);
        world.Delete(World.Claims, "a");
        await world.UntilGone(World.Claims, "a");
    }

    private static async Task LiveBriefly(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        await using var sidecar = new PlayedSidecar(rig.Cluster.Storage);
        var content = $"snapcontent-{world.AddSnapshot("one").Uid}";
        await world.UntilOrGone(World.Snapshots, "one", s => World.Finalizers(s).Length > 0 || World.IsBeingDeleted(s));
        DeleteAll(rig);
        await world.UntilGone(World.Snapshots, "one");
        await world.UntilGone(World.Contents, content);
        Assert.That(sidecar.Held, Is.Empty, "snapshots left at the driver");
        world.Delete(World.Claims, "a");
        await world.UntilGone(World.Claims, "a");
    }

    private static void DeleteAll(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        if (world.Find(World.Snapshots, "one") is not null) world.Delete(World.Snapshots, "one");
    }
}
