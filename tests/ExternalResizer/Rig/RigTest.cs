using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>Rigs of the program for a test.</summary>
internal abstract class RigTest : RigTest<ResizerRig, RigOptions>
{
    protected const string Gi = "1073741824";
    protected const string Expand = "ControllerExpandVolume";
    protected const string Modify = "ControllerModifyVolume";

    protected override Task<ResizerRig> Prepare(RigOptions? options) => ResizerRig.PrepareAsync(options);

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
        if (answers.Length > 0) rig.AnswerModify(answers);
        rig.World.AddAttributesClass("gold");
        rig.World.AddAttributesClass("silver", iops: "100");
        rig.World.Add(claim);
        await rig.Run();
        return rig;
    }

    private protected static RequestMatch Watch(string resource) => new() { Verb = "watch", Resource = resource };

    private protected static DriverRule NodeIsNext(int gibibytes = 2) => DriverRule.Answer($$"""{"capacity_bytes":"{{gibibytes * 1073741824L}}","node_expansion_required":true}""");
}
