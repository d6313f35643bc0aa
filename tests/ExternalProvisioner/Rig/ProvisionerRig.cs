using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.EmbeddedCluster.Controllers;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>The provisioner's controllers in a <see cref="SidecarRig"/>.</summary>
internal sealed class ProvisionerRig : IProgramRig
{
    private readonly RigOptions _options;
    private readonly SidecarRig _rig;
    private readonly ClusterControllers? _controllers;
    private int _fences;

    private ProvisionerRig(RigOptions options, SidecarRig rig)
    {
        (_options, _rig, World) = (options, rig, new World(rig.Cluster.Storage));
        if (options.HasControllers) _controllers = ClusterControllers.Start(rig.Cluster.Storage, new ControllerOptions());
    }

    public ClusterServer Cluster => _rig.Cluster;

    public ScriptedDriver Driver => _rig.Driver;

    public World World { get; }

    public RecordingLogger Log => _rig.Log;

    /// <summary>Cluster and driver alone; the provisioner starts with <see cref="Run()"/>.</summary>
    public static async Task<ProvisionerRig> PrepareAsync(RigOptions? options = null)
    {
        options ??= new RigOptions();
        return new ProvisionerRig(options, await SidecarRig.PrepareAsync(options.Driver, options.ClockStands, options.Cluster));
    }

    /// <summary>Starts the provisioner, as a new process would: nothing is remembered.</summary>
    public Task Run() => Run(_options.Provisioner);

    /// <summary>Starts it with other options.</summary>
    public Task Run(ProvisionerOptions options) => _rig.Run(ProvisionerProgram.Sidecar(options));

    /// <inheritdoc cref="SidecarRig.Stop"/>
    public Task Stop() => _rig.Stop();

    /// <inheritdoc cref="SidecarRig.Advance"/>
    public void Advance(TimeSpan time) => _rig.Advance(time);

    /// <summary>Moves the standing clock, and completes when the claims that came due were worked on.</summary>
    public Task Passes(TimeSpan time)
    {
        Advance(time);
        return Fence();
    }

    /// <summary>
    /// Completes once everything that stood in the queue of claims was worked off: a claim of a class that does not exist is put behind it, and the
    /// single worker reports its failure. For rigs with a standing clock.
    /// </summary>
    public async Task Fence()
    {
        var claim = World.Add(new TestClaim($"fence-{++_fences}").OfClass("missing-class-of-fences"));
        await Log.WaitForLine(line => line.StartsWith("Retrying", StringComparison.Ordinal) && line.Contains(claim.Uid, StringComparison.Ordinal));
    }

    /// <summary>The same for the queue of volumes, by a volume of ours that no driver could delete.</summary>
    public async Task FenceVolumes()
    {
        var name = $"fence-{++_fences}";
        World.Add(new TestVolume(name).OnHostPath().Released());
        await Log.WaitForLine(line => line.StartsWith("Retrying", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>Requests of a driver method, of those that name a volume or id.</summary>
    public IReadOnlyList<JsonObject> Calls(string method) => _rig.Calls(method);

    /// <inheritdoc cref="SidecarRig.Writes"/>
    public IReadOnlyList<Write> Writes => _rig.Writes;

    /// <inheritdoc cref="SidecarRig.MetricLines"/>
    public IReadOnlyList<string> MetricLines() => _rig.MetricLines();

    public async ValueTask DisposeAsync()
    {
        Cluster.Faults.Clear();
        if (_controllers is not null) await _controllers.DisposeAsync().WithinLimit();
        await _rig.DisposeAsync();
    }
}
