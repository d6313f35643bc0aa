using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.SnapshotController.Tests;

/// <summary>The snapshot controller in a <see cref="SidecarRig"/>; tests play the sidecar's part.</summary>
internal sealed class ControllerRig : IAsyncDisposable
{
    private readonly RigOptions _options;
    private readonly SidecarRig _rig;

    private ControllerRig(RigOptions options, SidecarRig rig)
    {
        (_options, _rig, World) = (options, rig, new World(rig.Cluster.Storage));
        World.AddSnapshotKinds();
        if (options.HasGroupKinds) World.AddGroupKinds();
    }

    public ClusterServer Cluster => _rig.Cluster;

    public World World { get; }

    public RecordingLogger Log => _rig.Log;

    public static async Task<ControllerRig> PrepareAsync(RigOptions? options = null)
    {
        options ??= new RigOptions();
        return new ControllerRig(options, await SidecarRig.PrepareAsync(new ScriptedDriverOptions(), options.ClockStands));
    }

    /// <summary>Starts the controller, as a new process would: nothing is remembered.</summary>
    public Task Run() => _rig.Run(SnapshotControllerProgram.Sidecar(_options.Controller));

    /// <inheritdoc cref="SidecarRig.Stop"/>
    public Task Stop() => _rig.Stop();

    /// <inheritdoc cref="SidecarRig.Advance"/>
    public void Advance(TimeSpan time) => _rig.Advance(time);

    /// <inheritdoc cref="SidecarRig.Writes"/>
    public IReadOnlyList<Write> Writes => _rig.Writes;

    /// <summary>Every request about objects but lists and watches, events included, as "verb resource".</summary>
    public IReadOnlyList<string> Requests =>
    [
        .. Cluster.Requests.Entries.Where(r => r.Request.IsAboutObjects && r.UserAgent.StartsWith("sidecar/rig", StringComparison.Ordinal) && r.Request.Verb is not ("list" or "watch"))
            .Select(r => $"{r.Request.Verb} {r.Request.Resource}{(r.Request.Subresource.Length > 0 ? "/" + r.Request.Subresource : "")}"),
    ];

    /// <inheritdoc cref="SidecarRig.MetricLines"/>
    public IReadOnlyList<string> MetricLines() => _rig.MetricLines();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();
}
