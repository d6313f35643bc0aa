using System.Runtime.InteropServices;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>
/// The published program is killed at every step it takes in the life of attachments, once before the step takes effect and once after, before the program
/// learns of it; started again, it has to end with every attachment attached, and after their deletion with none left, nothing published, and the volumes
/// free to go. The steps are those that a run without kills is seen to take, so a step that comes later is walked too.
/// </summary>
internal sealed partial class KillWalkTests
{
    private const int SigStop = 19;
    private static readonly string[] s_names = ["one", "two"];

    [Test]
    public async Task Killed_at_any_step_it_loses_no_attachment_and_leaves_nothing_published()
    {
        var steps = await Record();
        Assert.That(steps.Select(s => s.ToString()), Is.SupersetOf((string[])
            [
                "watch volumeattachments", "watch persistentvolumes", "watch csinodes", "get secrets",
                "patch persistentvolumes", "patch volumeattachments", "patch volumeattachments/status",
                "Probe", "GetPluginInfo", "GetPluginCapabilities", "ControllerGetCapabilities", "ControllerPublishVolume", "ControllerUnpublishVolume",
            ]));
        foreach (var step in steps)
        {
            foreach (var afterEffect in (bool[])[false, true])
            {
                try
                {
                    await Walk(step, afterEffect);
                }
                catch (Exception e) when (e is not SuccessException)
                {
                    throw new AssertionException($"killed at {step}, {(afterEffect ? "after it took effect" : "before it took effect")}: {e.Message}", e);
                }
            }
        }
    }

    /// <summary>The distinct steps of a whole run, in the order of their first appearance.</summary>
    private static async Task<IReadOnlyList<WalkStep>> Record()
    {
        await using var rig = await Prepare();
        Start(rig);
        await Live(rig);
        var requests = rig.Cluster.Requests.Entries.Where(r => r.Request.IsAboutObjects && r.UserAgent.StartsWith(ProcessRig.Name, StringComparison.Ordinal));
        return [.. rig.Driver.Calls.All.Select(c => new WalkStep(c.Method)).Concat(requests.Select(WalkStep.Of)).Distinct()];
    }

    private static async Task Walk(WalkStep step, bool afterEffect)
    {
        await using var rig = await Prepare();
        var gate = step.IsCsi ? rig.Driver.Hold(step.Method) : null;
        var fault = step.IsCsi ? null : rig.Cluster.Faults.Add(step.Match, new FaultAction.Hold(), times: 1);
        var first = Start(rig);
        var life = Live(rig);
        try
        {
            await Task.WhenAny(gate?.Entered ?? fault!.Reached, life).WithinLimit();
            if (life.IsFaulted) await life;
            if (afterEffect) await Finish(rig, step, first, gate, fault);
            first.Kill();
            await first.WaitForExit();
            // Not before: what was held is never carried out, because its connection is gone.
            gate?.Release();
            Start(rig);
        }
        finally
        {
            await life.WithinLimit();
        }
    }

    /// <summary>Lets the step take effect while the program is frozen, so that its answer reaches nobody.</summary>
    private static async Task Finish(ProcessRig rig, WalkStep step, PublishedProgram program, CallGate? gate, Fault? fault)
    {
        Assert.That(Signal(program.Id, SigStop), Is.Zero);
        gate?.Release();
        if (fault is null) return;
        var seen = rig.Cluster.Requests.Count(step.Match);
        var done = rig.Cluster.Requests.WaitFor(step.Match, seen + 1);
        fault.Release();
        await done.WithinLimit();
    }

    private static async Task<ProcessRig> Prepare()
    {
        var rig = await ProcessRig.PrepareAsync();
        rig.World.AddSecret("s", ("k", "v"u8.ToArray()));
        rig.World.AddNode("n1", "node-1");
        foreach (var name in s_names) rig.World.Add(new TestVolume(name).WithSecret("s"));
        // Some trouble, so that the steps of a second attempt are taken too.
        rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        rig.Driver.Answer("ControllerUnpublishVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        return rig;
    }

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    /// <summary>The life of two attachments, whatever happens to the program, and what has to be true at its stations.</summary>
    private static async Task Live(ProcessRig rig)
    {
        foreach (var name in s_names) rig.World.Add(new TestAttachment(name).Of(name));
        foreach (var name in s_names) await rig.World.UntilAttached(name);
        Assert.That(AtDriver(rig), Is.EquivalentTo(s_names.Select(n => $"handle-{n}")), "attached is what the driver has published");

        foreach (var name in s_names) rig.World.Delete(World.Attachments, name);
        foreach (var name in s_names) rig.World.Delete(World.Volumes, name);
        foreach (var name in s_names) await rig.World.UntilGone(World.Attachments, name);
        Assert.That(AtDriver(rig), Is.Empty, "volumes published without an attachment");
        foreach (var name in s_names) await rig.World.UntilGone(World.Volumes, name);
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

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
