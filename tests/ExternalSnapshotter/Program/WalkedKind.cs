using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests.Program;

/// <summary>
/// One of the two kinds of contents in a walk of kills: how a world for it is made, what is done to it there, and what is left at the driver.
/// </summary>
internal sealed record WalkedKind(
    string Resource, string ClassResource, ContentKeys Keys, string Create, string Delete, string Id, string HandlePrefix)
{
    /// <summary>Parameter of a class that was put back.</summary>
    private const string Again = "again";

    private const string ClassName = "walked";

    public static readonly WalkedKind Single = new(
        World.Contents, World.Classes, ContentKeys.OfSingle, "CreateSnapshot", "DeleteSnapshot", "snapshot_id", "snap-of-snapshot-");

    public static readonly WalkedKind Group = new(
        World.Groups, World.GroupClasses, ContentKeys.OfGroup, "CreateVolumeGroupSnapshot", "DeleteVolumeGroupSnapshot", "group_snapshot_id",
        "group-of-groupsnapshot-");

    private bool IsSingle => this == Single;

    /// <summary>A cluster with class and secret, and a driver with some trouble, so that the steps of a second attempt are taken too.</summary>
    public async Task<ProcessRig> Prepare()
    {
        var rig = await ProcessRig.PrepareAsync(SnapshotterProgram.Name, IsSingle ? null : RigOptions.Grouping.Driver);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds(groups: !IsSingle);
        AddSecretAndClass(world, isAgain: false);
        rig.Driver.Answer(Create, DriverRule.Fail(StatusCode.Internal), DriverRule.Fail(StatusCode.DeadlineExceeded), DriverRule.Default);
        rig.Driver.Answer(Delete, DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        return rig;
    }

    /// <summary>A content of that name, bound to a uid of the same name.</summary>
    public void Add(World world, string name, bool hasSecret = true)
    {
        if (IsSingle)
        {
            var made = new TestContent(name).OfClass(ClassName).BoundTo(name);
            world.Add(hasSecret ? made.WithSecret() : made);
        }
        else
        {
            var made = new TestGroup(name).OfClass(ClassName).BoundTo(name);
            world.Add(hasSecret ? made.WithSecret() : made);
        }
    }

    /// <summary>One of what is there already.</summary>
    public void AddGiven(World world, string name)
    {
        if (IsSingle) world.Add((TestContent.Given() with { Name = name }).OfClass(null).BoundTo(name));
        else world.Add((TestGroup.Given("old", "s1") with { Name = name }).OfClass(null).BoundTo(name));
    }

    /// <summary>Deletes it as its user does, once.</summary>
    public void DeleteByUser(World world, string name)
    {
        if (world.Find(Resource, name) is not { } there || there["metadata"]!["annotations"]?[Keys.BeingDeleted] is not null) return;
        if (IsSingle) world.DeleteByUser(name);
        else world.DeleteGroupByUser(name);
    }

    /// <summary>Takes class and secret away, unless they were put back already.</summary>
    public void TakeAway(World world)
    {
        if (world.Find(ClassResource, ClassName)?["parameters"]?[Again] is not null) return;
        world.DeleteIfThere(ClassResource, ClassName);
        world.DeleteIfThere("secrets", "s");
    }

    public void PutBack(World world)
    {
        TakeAway(world);
        AddSecretAndClass(world, isAgain: true);
    }

    public Task UntilSettled(World world, string name) => world.Until(Resource, name, IsSettled);

    /// <summary>Settled, or its deletion has begun.</summary>
    public Task UntilSettledOrDeleted(World world, string name) =>
        world.UntilOrGone(Resource, name, c => c["metadata"]!["deletionTimestamp"] is not null || IsSettled(c));

    /// <summary>It is gone, or an event about it says that something is not found.</summary>
    public async Task UntilGoneOrHeldUp(World world, string name)
    {
        string[] reasons = IsSingle
            ? ["SnapshotCreationFailed", "SnapshotContentCheckandUpdateFailed", "SnapshotDeleteError"]
            : ["GroupSnapshotCreationFailed", "GroupSnapshotContentCheckandUpdateFailed", "GroupSnapshotDeleteError"];
        await await Task.WhenAny([world.UntilGone(Resource, name), .. reasons.Select(r => world.UntilEventObject(name, r, "not found"))]);
    }

    public string Handle(string name) => HandlePrefix + name;

    /// <summary>
    /// What is at the driver when every call counts that took one, whatever was answered but a refusal for good, and only those to delete that went
    /// well: the worst case for us.
    /// </summary>
    public HashSet<string> AtDriver(ProcessRig rig)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in rig.Driver.Calls.All)
        {
            if (call.Method == Create && call.Code is not StatusCode.Internal)
                taken.Add((IsSingle ? "snap-of-" : "group-of-") + World.Text(call.Request, "name"));
            if (call.Method == Delete && call.Code is StatusCode.OK) taken.Remove(World.Text(call.Request, Id));
        }
        return taken;
    }

    private static bool IsSettled(JsonObject content) =>
        World.Status(content)?["readyToUse"]?.GetValue<bool>() is true && !World.IsBeingCreated(content);

    private void AddSecretAndClass(World world, bool isAgain)
    {
        world.AddSecret("s", ("k", "v"u8.ToArray()));
        var parameters = isAgain ? new JsonObject { [Again] = "yes" } : null;
        if (IsSingle) world.AddClass(ClassName, parameters);
        else world.AddGroupClass(ClassName, parameters);
    }
}
