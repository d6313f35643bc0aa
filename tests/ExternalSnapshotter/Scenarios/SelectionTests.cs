using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>
/// Contents of other drivers: where the served definition lets them be selected they do not even come here (snapshotter contract 2).
/// </summary>
internal sealed class SelectionTests : RigTest
{
    private static readonly RequestMatch s_watch = new() { Verb = "watch", Resource = World.Contents };

    [TestCase(true)]
    [TestCase(false)]
    public async Task Contents_of_other_drivers_come_only_from_a_cluster_that_cannot_select_them(bool declares)
    {
        var rig = await Prepared();
        if (declares) Declare(rig.World, World.Contents);
        rig.World.AddClass("snap");
        // One that cannot be read is told of wherever it comes.
        rig.World.Add(new TestContent("theirs").By("other").InState("""{"snapshotHandle":"x","readyToUse":"by no means"}"""));
        rig.World.Add(new TestContent("before").BoundTo("u1"));
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("before");
        await rig.World.UntilSettled("c");
        Assert.That(rig.Log.Lines.Any(l => l.Contains("An object cannot be read", StringComparison.Ordinal)
            && l.Contains("theirs", StringComparison.Ordinal)), Is.EqualTo(!declares));
        Assert.That(rig.Cluster.Requests.Entries.Count(r => r.Request.Resource == World.Contents && r.Code is 400), Is.EqualTo(declares ? 0 : 1),
            "asked one time");
        Assert.That(rig.Taken, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task No_content_is_lost_when_the_definition_does_not_declare_the_field_any_more()
    {
        var rig = await Prepared();
        Declare(rig.World, World.Contents);
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(new TestContent("before").BoundTo("u1"));
        await rig.World.UntilSettled("before");

        Declare(rig.World, World.Contents, isSelectable: false);
        rig.World.Add(new TestContent("theirs").By("other"));
        rig.Cluster.Faults.EndWatches(s_watch);
        rig.World.Add(new TestContent());
        rig.World.DeleteByUser("before");
        await rig.World.UntilSettled("c");
        await rig.World.UntilGone(World.Contents, "before");
        Assert.That(rig.World.Find(World.Contents, "theirs")!["status"], Is.Null);
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task One_that_comes_to_be_another_drivers_is_left_alone()
    {
        var rig = await Prepared();
        Declare(rig.World, World.Contents);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilError("c", "not found");
        rig.World.Patch(World.Contents, "c", """{"spec":{"driver":"other"} }""");
        rig.World.Add(new TestContent("after").BoundTo("u2"));
        await rig.World.UntilError("after", "not found"); // what came before it is taken in
        rig.World.AddClass("snap");
        await rig.World.UntilSettled("after");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Groups_are_selected_too()
    {
        var rig = await Prepared(RigOptions.Grouping);
        Declare(rig.World, World.Groups);
        rig.World.AddGroupClass("group");
        await rig.Run();
        rig.World.Add(new TestGroup());
        await rig.World.UntilReady("gc", World.Groups);
        Assert.That(rig.Cluster.Requests.Entries.Where(r => r.Request.Resource == World.Groups && r.Code is 400), Is.Empty);
    }

    private static void Declare(World world, string resource, bool isSelectable = true)
    {
        var version = JsonNode.Parse("""
            {"name":"v1","served":true,"storage":true,"subresources":{"status":{} },"selectableFields":[{"jsonPath":".spec.driver"}],
             "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true,
              "properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"driver":{"type":"string"} } } } } } }
            """)!.AsObject();
        if (!isSelectable) version.Remove("selectableFields");
        world.Patch("customresourcedefinitions", $"{resource}.{(resource == World.Groups ? "groupsnapshot" : "snapshot")}.storage.k8s.io",
            new JsonObject { ["spec"] = new JsonObject { ["versions"] = new JsonArray(version) } }.ToJsonString());
    }
}
