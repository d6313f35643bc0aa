using System.Diagnostics;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

/// <summary>What a large cluster costs, in calls and requests; the time it took is printed and not judged.</summary>
internal sealed class LargeClusterTests : CapacityRigTest
{
    private const int Nodes = 10_000, Zones = 100, Classes = 20;

    [Test]
    public async Task Ten_thousand_nodes_in_a_hundred_zones_with_twenty_classes_settle_with_one_call_and_one_request_for_each_object()
    {
        var rig = await Prepared(Options(clockStands: true, capacity: Published with { Threads = 10 }));
        Fill(rig.World);

        var started = Stopwatch.GetTimestamp();
        await rig.Run();
        await UntilCreated(rig, Zones * Classes);
        await TestContext.Out.WriteLineAsync($"{Zones * Classes} objects after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        Assert.That((rig.Calls("GetCapacity").Count, Writes(rig, "create"), Writes(rig, "update"), Writes(rig, "delete")), Is.EqualTo((2000, 2000, 0, 0)));
        Assert.That(PublishedBy(rig).Distinct().Count(), Is.EqualTo(Zones * Classes));

        // A node more, and one less, change nothing; an equal answer is not written.
        AddNode(rig.World, "one-more", "zone-7");
        rig.World.Delete("nodes", "node-7");
        rig.Advance(Poll);
        await rig.Driver.WaitForCalls("GetCapacity", 2 * Zones * Classes);
        rig.World.Delete("storageclasses", "class-0");
        await rig.Cluster.Requests.WaitFor(To("delete", Capacities), Zones).WithinLimit();
        Assert.That((Writes(rig, "create"), Writes(rig, "update"), Writes(rig, "delete")), Is.EqualTo((2000, 0, 100)));
    }

    [Test]
    public async Task The_published_program_settles_alike()
    {
        await using var rig = await ProcessRig.PrepareAsync(ProvisionerProgram.Name, Options().Driver);
        Fill(new World(rig.Cluster.Storage));
        var started = Stopwatch.GetTimestamp();
        var program = rig.Start(new Dictionary<string, string> { ["NAMESPACE"] = World.Namespace },
            "--enable-capacity", "--capacity-ownerref-level=-1", "--kube-api-capacity-qps=-1", "--capacity-threads=10", "--capacity-poll-interval=5s");
        await rig.Cluster.Requests.WaitFor(To("create", Capacities), (Zones * Classes) + 1).WithinLimit();
        var took = Stopwatch.GetElapsedTime(started);
        var settled = ProcessFacts.Of(program.Id).ResidentKilobytes;
        await rig.Driver.WaitForCalls("GetCapacity", 3 * Zones * Classes);
        await TestContext.Out.WriteLineAsync($"{took.TotalSeconds:0.0} s from the start of the process; {settled} kB resident then, {ProcessFacts.Of(program.Id).ResidentKilobytes} kB two polls later");
        Assert.That(rig.Requests.Where(r => r.Request.Resource is Capacities && r.Request.Verb is not ("list" or "watch")).GroupBy(r => $"{r.Request.Verb} {r.Code}").Select(g => $"{g.Key}: {g.Count()}"),
            Is.EquivalentTo((string[])["create 422: 1", "create 201: 2000"]));
    }

    private static void Fill(World world)
    {
        for (var node = 0; node < Nodes; node++) AddNode(world, $"node-{node}", $"zone-{node % Zones}");
        for (var i = 0; i < Classes; i++) world.Add(new TestClass($"class-{i}").Delayed());
    }
}
