using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>Makes rigs for a test, ends them after it, and shows their log where the test failed.</summary>
internal abstract class RigTest
{
    private readonly List<AttacherRig> _rigs = [];

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

    private protected async Task<AttacherRig> Prepared(RigOptions? options = null)
    {
        var rig = await AttacherRig.PrepareAsync(options);
        _rigs.Add(rig);
        return rig;
    }

    private protected async Task<AttacherRig> Started(RigOptions? options = null)
    {
        var rig = await Prepared(options);
        await rig.Run();
        return rig;
    }

    /// <summary>A running attacher with node n1 and the volume, to which the attachment is then added.</summary>
    private protected async Task<AttacherRig> Attaching(TestVolume? volume = null, TestAttachment? attachment = null, RigOptions? options = null)
    {
        var rig = await Prepared(options);
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(volume ?? new TestVolume());
        await rig.Run();
        rig.World.Add(attachment ?? new TestAttachment());
        return rig;
    }

    /// <summary>The same, and attached.</summary>
    private protected async Task<AttacherRig> Attached(TestVolume? volume = null, RigOptions? options = null)
    {
        var rig = await Attaching(volume, null, options);
        await rig.World.UntilAttached("va");
        return rig;
    }

    private protected static RequestMatch Patch(string resource, string? subresource = null) => new() { Verb = "patch", Resource = resource, Subresource = subresource };

    private protected static FaultAction Answers(int code, string reason, string message = "as the test wants it") =>
        new FaultAction.Answer(new ApiStatus(code, reason, message));

    private protected static DriverRule Fails(Grpc.Core.StatusCode code, string? message = null) => DriverRule.Fail(code, message);

    private protected static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
