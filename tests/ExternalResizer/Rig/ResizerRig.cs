using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>The resizer's controllers in a <see cref="SidecarRig"/>.</summary>
internal sealed class ResizerRig : IProgramRig
{
    private readonly RigOptions _options;
    private readonly SidecarRig _rig;
    private int _fences;
    private ResizerControllers? _controllers;

    private ResizerRig(RigOptions options, SidecarRig rig) => (_options, _rig, World) = (options, rig, new World(rig.Cluster.Storage));

    public ClusterServer Cluster => _rig.Cluster;

    public ScriptedDriver Driver => _rig.Driver;

    public World World { get; }

    public RecordingLogger Log => _rig.Log;

    public static async Task<ResizerRig> PrepareAsync(RigOptions? options = null)
    {
        options ??= new RigOptions();
        return new ResizerRig(options, await SidecarRig.PrepareAsync(options.Driver, options.ClockStands));
    }

    /// <summary>Starts the resizer, as a new process would: nothing is remembered.</summary>
    public Task Run()
    {
        var sidecar = ResizerProgram.Sidecar(_options.Resizer);
        return _rig.Run(sidecar with { Compose = context => _controllers = (ResizerControllers)sidecar.Compose(context) });
    }

    /// <inheritdoc cref="ResizerControllers.Remembered"/>
    public int Remembered => _controllers!.Remembered;

    /// <inheritdoc cref="SidecarRig.Stop"/>
    public Task Stop() => _rig.Stop();

    /// <inheritdoc cref="SidecarRig.Advance"/>
    public void Advance(TimeSpan time) => _rig.Advance(time);

    /// <summary>
    /// Completes once everything that stood in line to be expanded was begun: a claim of its own is expanded behind it, and all that the watch had to
    /// tell until then has been told.
    /// </summary>
    public async Task Fence()
    {
        var name = $"fence-{++_fences}";
        World.Add(new TestClaim(name));
        await World.Until(World.Claims, name, c => World.Text(c, "status", "capacity", "storage") is "2Gi" || World.StateOf(c) is "NodeResizePending");
    }

    /// <summary>The same, and that what it left in memory is forgotten too: its last event is told after that.</summary>
    public async Task FenceToTheEnd()
    {
        await Fence();
        await World.UntilEvent("VolumeResizeSuccessful", claim: $"fence-{_fences}");
    }

    /// <summary>The same for what stood in line to be modified.</summary>
    public async Task FenceModify()
    {
        var name = $"fence-{++_fences}";
        if (World.Find(World.AttributesClasses, "fence") is null) World.AddAttributesClass("fence");
        World.Add(new TestClaim(name).OfClass("fence"));
        await World.UntilClass("fence", name);
    }

    /// <inheritdoc cref="SidecarRig.Lag"/>
    public Task<Fault> Lag(string resource) => _rig.Lag(resource);

    /// <summary>What the driver says to expansions, in order, the last one over and over; those of fences go well.</summary>
    public void AnswerExpand(params DriverRule[] rules)
    {
        var taken = -1;
        Driver.Answer("ControllerExpandVolume", request => IsOfFence(request) ? DriverRule.Default : rules[Math.Min(Interlocked.Increment(ref taken), rules.Length - 1)]);
    }

    /// <summary>The same for modifications.</summary>
    public void AnswerModify(params DriverRule[] rules)
    {
        var taken = -1;
        Driver.Answer("ControllerModifyVolume", request => IsOfFence(request) ? DriverRule.Default : rules[Math.Min(Interlocked.Increment(ref taken), rules.Length - 1)]);
    }

    public IReadOnlyList<JsonObject> Expanded => [.. _rig.Calls("ControllerExpandVolume").Where(c => !IsOfFence(c))];

    public IReadOnlyList<string> ExpandedTo => [.. Expanded.Select(c => World.Text(c, "capacity_range", "required_bytes"))];

    public IReadOnlyList<JsonObject> Modified => [.. _rig.Calls("ControllerModifyVolume").Where(c => !IsOfFence(c))];

    /// <inheritdoc cref="SidecarRig.Writes"/>
    public IReadOnlyList<Write> Writes => [.. _rig.Writes.Where(w => !w.Name.Contains("fence", StringComparison.Ordinal))];

    /// <inheritdoc cref="SidecarRig.MetricLines"/>
    public IReadOnlyList<string> MetricLines() => _rig.MetricLines();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private static bool IsOfFence(JsonObject request) => World.Text(request, "volume_id").StartsWith("handle-fence", StringComparison.Ordinal);
}
