using System.Runtime.InteropServices;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>
/// The published program is killed at every step it takes in the life of volumes, once before the step takes effect and once after, before the program
/// learns of it; started again, it has to end with one volume for each claim and none left. The steps are those that a run without kills is seen to
/// take, so a step that comes later is walked too.
/// </summary>
internal sealed partial class KillWalkTests
{
    private const int SigStop = 19;
    private static readonly string[] s_claims = ["one", "two"];

    [Test]
    public async Task Killed_at_any_step_it_leaves_each_claim_one_volume_and_no_volume_behind()
    {
        var steps = await Record();
        Assert.That(steps.Select(s => s.ToString()), Is.SupersetOf((string[])
            [
                "watch persistentvolumeclaims", "watch persistentvolumes", "watch storageclasses", "watch volumeattachments", "get secrets", "create events",
                "get persistentvolumeclaims", "create persistentvolumes", "delete persistentvolumes", "patch persistentvolumes",
                "Probe", "GetPluginInfo", "GetPluginCapabilities", "ControllerGetCapabilities", "CreateVolume", "DeleteVolume",
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
            var reached = gate?.Entered ?? fault!.Reached;
            await Task.WhenAny(reached, life).WithinLimit();
            if (life.IsFaulted) await life;
            // Volumes may be gone a moment before the last event is written, never without it being begun.
            await reached.WithinLimit();
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
        rig.World.AddSecret("default", "s", ("k", "v"));
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "s"));
        // Some trouble, so that the steps of a second attempt are taken too.
        rig.Driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        rig.Driver.Answer("DeleteVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        return rig;
    }

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    /// <summary>The life of two claims and their volumes, whatever happens to the program, and what has to be true at its stations.</summary>
    private static async Task Live(ProcessRig rig)
    {
        foreach (var name in s_claims) rig.World.Add(new TestClaim(name).Unassigned());
        foreach (var name in s_claims) await rig.UntilBound(name);
        var volumes = rig.World.All(World.Volumes).Select(v => World.Text(v, "metadata", "name")).ToList();
        var bound = s_claims.Select(name => World.Text(rig.World.Find(World.Claims, name), "spec", "volumeName")).ToList();
        Assert.That(volumes, Is.EquivalentTo(bound), "one PersistentVolume for each claim");
        Assert.That(AtDriver(rig), Is.EquivalentTo(bound.Select(v => $"vol-of-{v}")), "one volume at the driver for each claim");

        foreach (var name in s_claims) rig.World.Delete(World.Claims, name);
        foreach (var volume in volumes) await rig.World.UntilGone(World.Volumes, volume);
        Assert.That(rig.World.All(World.Volumes), Is.Empty);
        Assert.That(AtDriver(rig), Is.Empty, "volumes left at the driver");
    }

    /// <summary>
    /// What the driver holds when every call counts that it did not refuse, even one whose answer nobody got: the worst case for us.
    /// </summary>
    private static HashSet<string> AtDriver(ProcessRig rig)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in rig.Driver.Calls.All.Where(c => c.Code is StatusCode.OK))
        {
            if (call.Method is "CreateVolume") held.Add("vol-of-" + World.Text(call.Request, "name"));
            if (call.Method is "DeleteVolume") held.Remove(World.Text(call.Request, "volume_id"));
        }
        return held;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
