using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>The attacher's controllers in a <see cref="SidecarRig"/>.</summary>
internal sealed class AttacherRig : IProgramRig
{
    private readonly RigOptions _options;
    private readonly SidecarRig _rig;
    private int _fences;

    private AttacherRig(RigOptions options, SidecarRig rig) => (_options, _rig, World) = (options, rig, new World(rig.Cluster.Storage));

    public ClusterServer Cluster => _rig.Cluster;

    public ScriptedDriver Driver => _rig.Driver;

    public World World { get; }

    public RecordingLogger Log => _rig.Log;

    public static async Task<AttacherRig> PrepareAsync(RigOptions? options = null)
    {
        options ??= new RigOptions();
        return new AttacherRig(options, await SidecarRig.PrepareAsync(options.Driver, options.ClockStands));
    }

    /// <summary>Starts the attacher, as a new process would: nothing is remembered.</summary>
    public Task Run() => _rig.Run(AttacherProgram.Sidecar(_options.Attacher));

    /// <inheritdoc cref="SidecarRig.Stop"/>
    public Task Stop() => _rig.Stop();

    /// <inheritdoc cref="SidecarRig.Advance"/>
    public void Advance(TimeSpan time) => _rig.Advance(time);

    /// <summary>
    /// Completes once everything that stood in the attach lane was worked off: an attachment of no volume is put behind it, and the single worker
    /// reports its failure. For rigs with a standing clock.
    /// </summary>
    public async Task Fence()
    {
        var name = $"fence-{++_fences}";
        World.Add(new TestAttachment(name).Of("no-such-volume"));
        await Log.WaitForLine(line => line.StartsWith("Retrying attach", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>From now on the watch of a resource lags behind, until the fault is released.</summary>
    public Task<Fault> Lag(string resource) => _rig.Lag(resource);

    /// <inheritdoc cref="SidecarRig.Calls"/>
    public IReadOnlyList<JsonObject> Calls(string method) => _rig.Calls(method);

    public IReadOnlyList<JsonObject> Published => Calls("ControllerPublishVolume");

    public IReadOnlyList<JsonObject> Unpublished => Calls("ControllerUnpublishVolume");

    /// <inheritdoc cref="SidecarRig.Writes"/>
    public IReadOnlyList<Write> Writes => _rig.Writes;

    /// <summary>The writes to objects that are not fences, as resource names.</summary>
    public IReadOnlyList<string> WrittenTo(string attachment) =>
        [.. Writes.Where(w => w.Name == attachment || w.Resource is "persistentvolumes").Select(w => w.Resource)];

    /// <inheritdoc cref="SidecarRig.MetricLines"/>
    public IReadOnlyList<string> MetricLines() => _rig.MetricLines();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();
}
