using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests.Program;

/// <summary>
/// The published program is killed at each write and each call, and the claim asks for something else before it is back: the world ends at the new wish,
/// and the driver is asked once more at most for what may have been under way, and once for what is wanted now.
/// </summary>
internal sealed class ChangedWishTests
{
    private const string Expand = "ControllerExpandVolume";
    private const string Modify = "ControllerModifyVolume";
    private const string MarkOrEnd = "patch persistentvolumeclaims/status";

    // Of the life that is recorded nobody changes anything; of each life after it somebody does, once the program is dead.
    private TaskCompletionSource? _changed;
    private bool _isRecorded;

    [SetUp]
    public void Begin() => (_changed, _isRecorded) = (null, false);

    [Test]
    public Task A_larger_size_follows_what_may_have_been_under_way() =>
        Walk(Growth(DriverRule.Fail(StatusCode.DeadlineExceeded), DriverRule.Default), Grow, w => w.Ask("3Gi"), "patch persistentvolumes", MarkOrEnd, Expand);

    [Test]
    public Task A_larger_size_follows_what_was_refused_for_now() =>
        Walk(Growth(DriverRule.Fail(StatusCode.Internal), DriverRule.Default), Grow, w => w.Ask("3Gi"), "patch persistentvolumes", MarkOrEnd, Expand);

    [Test]
    public Task A_larger_size_follows_what_a_node_has_to_end() =>
        Walk(Nodes, Grow, w => w.Ask("3Gi"), "patch persistentvolumes", MarkOrEnd, Expand);

    [Test]
    public Task A_smaller_size_takes_the_place_of_one_that_cannot_be_had() =>
        Walk(Impossible, Recover, w => w.Ask("2Gi"), MarkOrEnd, Expand);

    [Test]
    public Task Another_class_follows_what_may_have_been_under_way() =>
        Walk(Classes(DriverRule.Fail(StatusCode.Aborted), DriverRule.Default), Change, w => w.Name("silver"), "patch persistentvolumes", MarkOrEnd, Modify);

    [Test]
    public Task Another_class_takes_the_place_of_one_that_was_refused() =>
        Walk(RefusedClass, Change, w => w.Name("silver"), MarkOrEnd, Modify);

    private Task Walk(Func<Task<ProcessRig>> prepare, Func<ProcessRig, Task> live, Action<World> change, params string[] known)
    {
        var walk = new KillWalk(Prepare, rig => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=5m", "-v=4"), live, Meanwhile)
        {
            EachTime = true, Walks = step => step.ToString() is var text && (text.StartsWith("patch persistentvolume", StringComparison.Ordinal) || text is Expand or Modify),
        };
        return walk.Walk(known);

        Task<ProcessRig> Prepare()
        {
            if (_isRecorded) _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _isRecorded = true;
            return prepare();
        }

        void Meanwhile(ProcessRig rig)
        {
            change(new World(rig.Cluster.Storage));
            _changed!.SetResult();
        }
    }

    private static Func<Task<ProcessRig>> Growth(params DriverRule[] answers) => async () =>
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        rig.Driver.Answer(Expand, answers);
        return rig;
    };

    private static async Task<ProcessRig> Nodes()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        rig.Driver.Answer(Expand, request => DriverRule.Answer($$"""{"capacity_bytes":"{{SizeOf(request)}}","node_expansion_required":true}"""));
        return rig;
    }

    private static async Task<ProcessRig> Impossible()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        rig.Driver.Answer(Expand, request => SizeOf(request) is "9663676416" ? DriverRule.Fail(StatusCode.OutOfRange, "too large") : DriverRule.Default);
        return rig;
    }

    private static Func<Task<ProcessRig>> Classes(params DriverRule[] answers) => async () =>
    {
        var rig = await PrepareClasses();
        rig.Driver.Answer(Modify, answers);
        return rig;
    };

    private static async Task<ProcessRig> RefusedClass()
    {
        var rig = await PrepareClasses();
        rig.Driver.Answer(Modify, request => IopsOf(request) is "5000" ? DriverRule.Fail(StatusCode.InvalidArgument, "no such iops") : DriverRule.Default);
        return rig;
    }

    private static async Task<ProcessRig> PrepareClasses()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name, new ScriptedDriverOptions { ControllerCapabilities = ["MODIFY_VOLUME"] });
        var world = new World(rig.Cluster.Storage);
        world.AddAttributesClass("gold");
        world.AddAttributesClass("silver", iops: "100");
        return rig;
    }

    private async Task Grow(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim());
        await UntilGrown(world);
        if (_changed is null) return;
        await _changed.Task.WithinLimit();
        await UntilGrown(world);
        Assert.That((world.SizeOf(), world.VolumeSizeOf(), world.AllocatedOf()), Is.EqualTo(("3Gi", "3Gi", "3Gi")));
        await world.Until(World.Volumes, "pv-a", v => v["metadata"]!["annotations"]?[World.PreResize] is null);
        AreNoneTooMany([.. rig.Driver.Calls.Of(Expand).Select(c => SizeOf(c.Request))], "2147483648", "3221225472");
    }

    private async Task Recover(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim().Asking("9Gi"));
        await world.Until(World.Claims, "a", c => World.StateOf(c) is "ControllerResizeInfeasible" || IsAtRest(c));
        if (_changed is null) return;
        await _changed.Task.WithinLimit();
        await world.Until(World.Claims, "a", IsAtRest);
        Assert.That((world.SizeOf(), world.VolumeSizeOf(), world.AllocatedOf()), Is.EqualTo(("2Gi", "2Gi", "2Gi")));
        AreNoneTooMany([.. rig.Driver.Calls.Of(Expand).Select(c => SizeOf(c.Request))], "9663676416", "2147483648");
    }

    private async Task Change(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim().OfClass("gold"));
        await world.Until(World.Claims, "a", c => World.Text(c, "status", "modifyVolumeStatus", "status") is "Infeasible" || HasItsClass(c));
        if (_changed is null) return;
        await _changed.Task.WithinLimit();
        await world.Until(World.Claims, "a", c => HasItsClass(c) && World.Conditions(c).Length is 0);
        Assert.That(World.Text(world.Find(World.Claims, "a"), "status", "currentVolumeAttributesClassName"), Is.EqualTo("silver"));
        Assert.That(World.Text(world.Find(World.Volumes, "pv-a"), "spec", "volumeAttributesClassName"), Is.EqualTo("silver"));
        AreNoneTooMany([.. rig.Driver.Calls.Of(Modify).Select(c => IopsOf(c.Request))], "5000", "100");
    }

    /// <summary>The claim has what it asks for; where its node has a part in that, the node does it.</summary>
    private static async Task UntilGrown(World world)
    {
        while (!IsAtRest(await world.Until(World.Claims, "a", c => World.StateOf(c) is "NodeResizePending" || IsAtRest(c))))
        {
            world.Patch(World.Claims, "a",
                $$$$"""{"status":{"capacity":{"storage":"{{{{world.AllocatedOf()}}}}"},"allocatedResourceStatuses":null,"conditions":null}}""", "status");
        }
    }

    /// <summary>Each is asked for once, once more where the first answer was a failure, and what was before once more for the kill.</summary>
    private static void AreNoneTooMany(List<string> asked, string before, string now)
    {
        var old = asked.TakeWhile(what => what == before).Count();
        Assert.That(old, Is.LessThanOrEqualTo(3));
        Assert.That(asked.Skip(old), Is.EqualTo(Enumerable.Repeat(now, 1)).Or.EqualTo(Enumerable.Repeat(now, old is 0 ? 2 : 1)));
    }

    private static bool IsAtRest(JsonObject claim) =>
        World.Text(claim, "status", "capacity", "storage") == World.Text(claim, "spec", "resources", "requests", "storage")
        && World.StateOf(claim).Length is 0 && World.Conditions(claim).Length is 0;

    private static bool HasItsClass(JsonObject claim) => claim["status"]!["modifyVolumeStatus"] is null
        && World.Text(claim, "status", "currentVolumeAttributesClassName") == World.Text(claim, "spec", "volumeAttributesClassName");

    private static string SizeOf(JsonNode request) => World.Text(request, "capacity_range", "required_bytes");

    private static string IopsOf(JsonNode request) => World.Text(request, "mutable_parameters", "iops");
}
