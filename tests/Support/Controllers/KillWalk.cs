using System.Runtime.InteropServices;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>
/// Kills a published program at every step it takes in a life, once before the step takes effect and once after, before the program learns of it, and
/// starts it again; the life has to come true all the same. The steps are those that a run without kills is seen to take, so a step that comes later is
/// walked too.
/// </summary>
/// <param name="prepare">A world before the life begins.</param>
/// <param name="start">Starts the program in it.</param>
/// <param name="live">The life, whatever happens to the program, with what has to be true at its stations.</param>
/// <param name="meanwhile">What happens to the world while the program is not there.</param>
public sealed partial class KillWalk(
    Func<Task<ProcessRig>> prepare, Func<ProcessRig, PublishedProgram> start, Func<ProcessRig, Task> live, Action<ProcessRig>? meanwhile = null)
{
    private const int SigStop = 19;

    /// <summary>Which steps are walked; all, where another walk does not do some of them already.</summary>
    public Func<WalkStep, bool> Walks { get; init; } = static _ => true;

    /// <summary>Whether requests are walked each time they are sent, and not the first time alone: the second of two alike is another step then.</summary>
    public bool EachTime { get; init; }

    /// <summary>Walks all steps; the exception of one that failed says which.</summary>
    /// <param name="known">Steps that must be among them, so that none is lost unseen.</param>
    public async Task Walk(params string[] known)
    {
        var steps = await Record();
        Assert.That(steps.Select(s => s.Step.ToString()), Is.SupersetOf(known));
        foreach (var (step, time) in steps)
        {
            foreach (var afterEffect in (bool[])[false, true])
            {
                try
                {
                    await Walk(step, time, afterEffect);
                }
                catch (Exception e) when (e is not SuccessException)
                {
                    var which = time is 0 ? step.ToString() : $"{step} for the {time + 1}. time";
                    throw new AssertionException($"killed at {which}, {(afterEffect ? "after it took effect" : "before it took effect")}: {e.Message}", e);
                }
            }
        }
    }

    /// <summary>The steps of a whole run, with how often each was taken before, in the order of their first appearance.</summary>
    private async Task<IReadOnlyList<(WalkStep Step, int Time)>> Record()
    {
        await using var rig = await prepare();
        start(rig);
        await live(rig);
        return [.. rig.Driver.Calls.All.Select(c => new WalkStep(c.Method)).Concat(rig.Requests.Select(WalkStep.Of)).Where(Walks)
            .GroupBy(step => step).SelectMany(times => Enumerable.Range(0, EachTime && !times.Key.IsCsi ? times.Count() : 1), (times, time) => (times.Key, time))];
    }

    private async Task Walk(WalkStep step, int time, bool afterEffect)
    {
        await using var rig = await prepare();
        var gate = step.IsCsi ? rig.Driver.Hold(step.Method) : null;
        var fault = step.IsCsi ? null : rig.Cluster.Faults.Add(step.MatchOf(rig.Program), new FaultAction.Hold(), skip: time, times: 1);
        var first = start(rig);
        var life = live(rig);
        try
        {
            var reached = gate?.Entered ?? fault!.Reached;
            await Task.WhenAny(reached, life).WithinLimit();
            if (life.IsFaulted) await life;
            // A further one of its kind may have been spared this time: two writes were one.
            if (life.IsCompleted && time > 0 && !reached.IsCompleted) return;
            // The life may be over a moment before its last step, an event say, never without it being begun.
            await reached.WithinLimit();
            if (afterEffect) await Finish(rig, step, first, gate, fault);
            first.Kill();
            await first.WaitForExit();
            // Not before: what was held is never carried out, because its connection is gone.
            gate?.Release();
            meanwhile?.Invoke(rig);
            start(rig);
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
        var match = step.MatchOf(rig.Program);
        var done = rig.Cluster.Requests.WaitFor(match, rig.Cluster.Requests.Count(match) + 1);
        fault.Release();
        await done.WithinLimit();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
