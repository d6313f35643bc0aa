using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests;

/// <summary>Makes rigs for a test, ends them after it, and shows their log where the test failed.</summary>
internal abstract class RigTest
{
    private readonly List<SnapshotterRig> _rigs = [];

    [TearDown]
    public async Task EndRigs()
    {
        foreach (var rig in _rigs)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
                await TestContext.Out.WriteLineAsync(string.Join('\n', rig.Log.Lines) + "\n" + string.Join('\n', rig.Writes));
            await rig.DisposeAsync();
        }
    }

    private protected async Task<SnapshotterRig> Prepared(RigOptions? options = null)
    {
        var rig = await SnapshotterRig.PrepareAsync(options);
        _rigs.Add(rig);
        return rig;
    }

    /// <summary>A running snapshotter with class "snap", to which the content is then added.</summary>
    private protected async Task<SnapshotterRig> Taking(TestContent content, RigOptions? options = null, params DriverRule[] answers)
    {
        var rig = await Prepared(options);
        rig.World.AddClass("snap");
        if (answers.Length > 0) rig.Driver.Answer("CreateSnapshot", answers);
        await rig.Run();
        rig.World.Add(content);
        return rig;
    }

    /// <summary>The same, and ready.</summary>
    private protected async Task<SnapshotterRig> Taken(TestContent content, RigOptions? options = null)
    {
        var rig = await Taking(content, options);
        await rig.World.UntilReady("c");
        return rig;
    }

    private protected static RequestMatch Patch(string resource, string? subresource = null) =>
        new() { Verb = "patch", Resource = resource, Subresource = subresource };

    private protected static FaultAction Answers(int code, string reason, string message = "as the test wants it") =>
        new FaultAction.Answer(new ApiStatus(code, reason, message));

    private protected static DriverRule Fails(StatusCode code, string? message = null) => DriverRule.Fail(code, message);

    /// <summary>The snapshot "x" of volume "handle", in which members are replaced or, with null, left out.</summary>
    private protected static DriverRule Says(params (string Member, JsonNode? Value)[] members)
    {
        var snapshot = new JsonObject
        {
            ["snapshot_id"] = "x", ["source_volume_id"] = "handle", ["size_bytes"] = "1024", ["creation_time"] = "2026-01-01T00:00:00Z",
            ["ready_to_use"] = true,
        };
        foreach (var (member, value) in members)
        {
            if (value is null) snapshot.Remove(member);
            else snapshot[member] = value;
        }
        return DriverRule.Answer(new JsonObject { ["snapshot"] = snapshot }.ToJsonString());
    }

    /// <summary>The same as the one entry of a list.</summary>
    private protected static DriverRule Lists(params (string Member, JsonNode? Value)[] members) =>
        DriverRule.Answer(new JsonObject { ["entries"] = new JsonArray(Says(members).Response!.DeepClone()) }.ToJsonString());
}
