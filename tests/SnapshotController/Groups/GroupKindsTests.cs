using Sidecars.EmbeddedCluster;
using Sidecars.SnapshotController.Contents;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>Kinds of groups that are not there, not for us, or not known yet: all else goes on meanwhile (snapshot controller contract 1.3).</summary>
internal sealed class GroupKindsTests : GroupRigTest
{
    [Test]
    public async Task Groups_are_worked_on_from_when_their_kinds_come_and_all_else_before()
    {
        var rig = await Started(new RigOptions { HasGroupKinds = false });
        await rig.Log.WaitForLine(l => l.Contains("Groups of snapshots are not worked on until their kinds can be listed", StringComparison.Ordinal));
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        Assert.That(rig.Log.Lines.Count(l => l.Contains("Groups of snapshots are not worked on", StringComparison.Ordinal)), Is.EqualTo(1));

        rig.World.AddGroupKinds();
        rig.World.AddGroupClass("group");
        rig.World.Patch(World.Claims, "a", """{"metadata":{"labels":{"app":"db"}}}""");
        var group = rig.World.AddGroup("g", Selected);
        await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{group.Uid}");
    }

    [Test]
    public async Task Until_groups_are_known_a_member_is_not_called_one_of_no_group()
    {
        var rig = await TwoClaims();
        var group = rig.World.AddGroup("g", Selected);
        var name = $"groupsnapcontent-{group.Uid}";
        await rig.World.UntilExists(World.GroupContents, name);
        rig.World.GroupTaken(name, ["handle-a"], ready: false);
        var digest = ContentNames.MemberDigest(group.Uid, "handle-a");
        await rig.World.Until(World.Snapshots, $"snapshot-{digest}", s => World.Text(s, "status", "volumeGroupSnapshotName") is "g");
        await rig.Stop();
        var fault = rig.Cluster.Faults.Add(Request("list", World.GroupClasses), new FaultAction.Hold());
        await rig.Run();
        rig.World.Taken($"snapcontent-{digest}");
        await rig.Log.WaitForLine(l => l.Contains("was taken in is not known yet", StringComparison.Ordinal));
        Assert.That(rig.World.EventsAbout($"snapshot-{digest}"), Has.None.Contains("SnapshotStatusUpdateFailed"));
        rig.Cluster.Faults.Clear();
        fault.Release();
        await rig.World.UntilReady($"snapshot-{digest}");
    }

    /// <summary>An account of the time before groups: nobody is held up for what it may not see.</summary>
    [Test]
    public async Task Where_the_account_may_not_list_them_that_is_said_once_and_a_snapshot_of_a_group_goes_all_the_same()
    {
        var rig = await Prepared();
        rig.World.AddClaim("a");
        rig.World.AddClass("snap");
        rig.Cluster.Faults.Add(Request("list", World.Groups), Answers(403, "Forbidden"));
        await rig.Run();
        await rig.Log.WaitForLine(l => l.Contains("allow the account to list them", StringComparison.Ordinal));
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        rig.World.Patch(World.Snapshots, "s", """{"status":{"volumeGroupSnapshotName":"g"}}""", "status");
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
        rig.World.LetGo(content);
        await rig.World.UntilGone(World.Snapshots, "s");
        await rig.Cluster.Requests.WaitFor(Request("list", World.Groups), 3).WithinLimit();
        Assert.That(rig.Log.Lines.Count(l => l.Contains("Groups of snapshots are not worked on", StringComparison.Ordinal)), Is.EqualTo(1));

        rig.Cluster.Faults.Clear();
        rig.World.AddGroupClass("group");
        rig.World.Patch(World.Claims, "a", """{"metadata":{"labels":{"app":"db"}}}""");
        await BegunGroup(rig);
    }
}
