using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>Makes rigs for a test, ends them after it, and shows their log where the test failed.</summary>
internal abstract class RigTest
{
    protected const string Gi = "1073741824";
    protected const string Expand = "ControllerExpandVolume";
    protected const string Modify = "ControllerModifyVolume";

    private readonly List<ResizerRig> _rigs = [];

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

    private protected async Task<ResizerRig> Prepared(RigOptions? options = null)
    {
        var rig = await ResizerRig.PrepareAsync(options);
        _rigs.Add(rig);
        return rig;
    }

    private protected async Task<ResizerRig> Started(RigOptions? options = null)
    {
        var rig = await Prepared(options);
        await rig.Run();
        return rig;
    }

    /// <summary>A claim is there, the driver answers as given, and the resizer is started.</summary>
    private protected async Task<ResizerRig> Given(TestClaim claim, RigOptions? options = null, params DriverRule[] answers)
    {
        var rig = await Prepared(options);
        if (answers.Length > 0) rig.AnswerExpand(answers);
        rig.World.Add(claim);
        await rig.Run();
        return rig;
    }

    /// <summary>The same with classes gold and silver, for modifications.</summary>
    private protected async Task<ResizerRig> GivenClasses(TestClaim claim, RigOptions? options = null, params DriverRule[] answers)
    {
        var rig = await Prepared(options);
        if (answers.Length > 0) rig.Driver.Answer(Modify, answers);
        rig.World.AddAttributesClass("gold");
        rig.World.AddAttributesClass("silver", iops: "100");
        rig.World.Add(claim);
        await rig.Run();
        return rig;
    }

    private protected static RequestMatch Patch(string resource, string? subresource = null) => new() { Verb = "patch", Resource = resource, Subresource = subresource };

    private protected static FaultAction Answers(int code, string reason, string message = "as the test wants it") =>
        new FaultAction.Answer(new ApiStatus(code, reason, message));

    private protected static DriverRule Fails(Grpc.Core.StatusCode code, string? message = null) => DriverRule.Fail(code, message);

    private protected static DriverRule NodeIsNext(int gibibytes = 2) => DriverRule.Answer($$"""{"capacity_bytes":"{{gibibytes * 1073741824L}}","node_expansion_required":true}""");
}
