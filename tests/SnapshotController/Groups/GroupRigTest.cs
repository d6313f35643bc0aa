using Sidecars.SnapshotController.Contents;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>Worlds with groups, and the sidecar's part in their lives.</summary>
internal abstract class GroupRigTest : RigTest
{
    private protected const string Selected = """{"selector":{"matchLabels":{"app":"db"}}}""";

    private protected static readonly string[] s_both = ["handle-a", "handle-b"];

    /// <summary>A running controller with claims "a" and "b", labelled app=db, and class "group".</summary>
    private protected async Task<ControllerRig> TwoClaims(string policy = "Delete", RigOptions? options = null)
    {
        var rig = await Prepared(options);
        foreach (var name in (string[])["a", "b"]) rig.World.AddClaim(name, labels: """{"app":"db"}""");
        rig.World.AddClass("snap");
        rig.World.AddGroupClass("group", policy);
        await rig.Run();
        return rig;
    }

    /// <summary>Group "g", ready, and both its members; gives back its uid and the name of its content.</summary>
    private protected static async Task<(string Uid, string Content)> ReadyGroup(ControllerRig rig, string time = World.Created)
    {
        var (uid, name) = await BegunGroup(rig);
        rig.World.GroupTaken(name, s_both, time: time);
        await rig.World.Until(World.Groups, "g", World.IsReady);
        foreach (var handle in s_both) await rig.World.UntilReady(Member(uid, handle));
        return (uid, name);
    }

    /// <summary>Group "g", whose content is made; gives back its uid and the name of its content.</summary>
    private protected static Task<(string Uid, string Content)> BegunGroup(ControllerRig rig) => BegunGroupOf(rig, "g");

    /// <summary>Another one, by its name.</summary>
    private protected static async Task<(string Uid, string Content)> BegunGroupOf(ControllerRig rig, string name)
    {
        var group = rig.World.AddGroup(name, Selected);
        var content = $"groupsnapcontent-{group.Uid}";
        await rig.World.UntilExists(World.GroupContents, content);
        return (group.Uid, content);
    }

    /// <summary>The group has to go, its content before it, and all of both members with it.</summary>
    private protected static async Task Goes(ControllerRig rig, string group, string content)
    {
        rig.World.DeleteIfThere(World.Groups, "g");
        await rig.World.Until(World.GroupContents, content, World.IsBeingDeleted);
        rig.World.LetGo(content, World.GroupContents);
        await rig.World.UntilGone(World.Groups, "g");
        foreach (var handle in s_both)
        {
            await rig.World.UntilGone(World.Snapshots, Member(group, handle));
            if (rig.World.Find(World.Contents, MemberContent(group, handle)) is not { } left) continue;
            Assert.That((World.IsBeingDeleted(left), World.Annotation(left, WellKnown.BeingDeleted)), Is.EqualTo((true, "yes")), "the sidecar may let it go");
        }
    }

    private protected static string Member(string group, string handle) => $"snapshot-{ContentNames.MemberDigest(group, handle)}";

    private protected static string MemberContent(string group, string handle) => $"snapcontent-{ContentNames.MemberDigest(group, handle)}";
}
