using System.Text.Json.Nodes;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>Rigs of the program for a test.</summary>
internal abstract class RigTest : RigTest<AttacherRig, RigOptions>
{
    protected override Task<AttacherRig> Prepare(RigOptions? options) => AttacherRig.PrepareAsync(options);

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

    private protected static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
