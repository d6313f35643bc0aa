using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>
/// The published program is killed at every step it takes in the life of attachments, once before the step takes effect and once after, before the program
/// learns of it; started again, it has to end with every attachment attached, and after their deletion with none left, nothing published, and the volumes
/// free to go. The steps are those that a run without kills is seen to take, so a step that comes later is walked too.
/// </summary>
internal sealed class KillWalkTests
{
    private static readonly string[] s_names = ["one", "two"];

    [Test]
    public Task Killed_at_any_step_it_loses_no_attachment_and_leaves_nothing_published() => new KillWalk(Prepare, Start, Live).Walk(
        "watch volumeattachments", "watch persistentvolumes", "watch csinodes", "get secrets",
        "patch persistentvolumes", "patch volumeattachments", "patch volumeattachments/status",
        "Probe", "GetPluginInfo", "GetPluginCapabilities", "ControllerGetCapabilities", "ControllerPublishVolume", "ControllerUnpublishVolume");

    private static async Task<ProcessRig> Prepare()
    {
        var rig = await ProcessRig.PrepareAsync(AttacherProgram.Name);
        var world = new World(rig.Cluster.Storage);
        world.AddSecret("s", ("k", "v"u8.ToArray()));
        world.AddNode("n1", "node-1");
        foreach (var name in s_names) world.Add(new TestVolume(name).WithSecret("s"));
        // Some trouble, so that the steps of a second attempt are taken too.
        rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        rig.Driver.Answer("ControllerUnpublishVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        return rig;
    }

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    /// <summary>The life of two attachments, whatever happens to the program, and what has to be true at its stations.</summary>
    private static async Task Live(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        foreach (var name in s_names) world.Add(new TestAttachment(name).Of(name));
        foreach (var name in s_names) await world.UntilAttached(name);
        Assert.That(AtDriver(rig), Is.EquivalentTo(s_names.Select(n => $"handle-{n}")), "attached is what the driver has published");

        foreach (var name in s_names) world.Delete(World.Attachments, name);
        foreach (var name in s_names) world.Delete(World.Volumes, name);
        foreach (var name in s_names) await world.UntilGone(World.Attachments, name);
        Assert.That(AtDriver(rig), Is.Empty, "volumes published without an attachment");
        foreach (var name in s_names) await world.UntilGone(World.Volumes, name);
    }

    /// <summary>What the driver has published when every call to publish counts that was made, and only those to unpublish that went well: the worst case
    /// for us.</summary>
    private static HashSet<string> AtDriver(ProcessRig rig)
    {
        var published = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in rig.Driver.Calls.All)
        {
            if (call.Method is "ControllerPublishVolume") published.Add(World.Text(call.Request, "volume_id"));
            if (call.Method is "ControllerUnpublishVolume" && call.Code is StatusCode.OK) published.Remove(World.Text(call.Request, "volume_id"));
        }
        return published;
    }
}
