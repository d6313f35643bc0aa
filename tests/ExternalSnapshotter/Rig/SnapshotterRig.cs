using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests;

/// <summary>The snapshotter's controllers in a <see cref="SidecarRig"/>, in a cluster that knows snapshots and groups.</summary>
internal sealed class SnapshotterRig : IAsyncDisposable
{
    private readonly RigOptions _options;
    private readonly SidecarRig _rig;

    private SnapshotterRig(RigOptions options, SidecarRig rig) => (_options, _rig, World) = (options, rig, new World(rig.Cluster.Storage));

    public ClusterServer Cluster => _rig.Cluster;

    public ScriptedDriver Driver => _rig.Driver;

    public World World { get; }

    public RecordingLogger Log => _rig.Log;

    public static async Task<SnapshotterRig> PrepareAsync(RigOptions? options = null)
    {
        options ??= new RigOptions();
        var rig = new SnapshotterRig(options, await SidecarRig.PrepareAsync(options.Driver, options.ClockStands));
        rig.World.AddSnapshotKinds(options.KnowsGroups);
        return rig;
    }

    /// <summary>Starts the snapshotter, as a new process would: nothing is remembered.</summary>
    public Task Run() => _rig.Run(SnapshotterProgram.Sidecar(_options.Snapshotter));

    /// <inheritdoc cref="SidecarRig.Stop"/>
    public Task Stop() => _rig.Stop();

    /// <inheritdoc cref="SidecarRig.Advance"/>
    public void Advance(TimeSpan time) => _rig.Advance(time);

    /// <inheritdoc cref="SidecarRig.Calls"/>
    public IReadOnlyList<JsonObject> Calls(string method) => _rig.Calls(method);

    public IReadOnlyList<JsonObject> Taken => Calls("CreateSnapshot");

    public IReadOnlyList<JsonObject> Deleted => Calls("DeleteSnapshot");

    public IReadOnlyList<JsonObject> Listed => Calls("ListSnapshots");

    /// <inheritdoc cref="SidecarRig.Writes"/>
    public IReadOnlyList<Write> Writes => _rig.Writes;

    /// <summary>What the snapshotter read one object at a time.</summary>
    public IReadOnlyList<string> Reads =>
    [
        .. Cluster.Requests.Entries
            .Where(r => r.Request.Verb is "get" && r.Request.Name.Length > 0 && r.UserAgent.StartsWith("sidecar", StringComparison.Ordinal))
            .Select(r => $"{r.Request.Resource} {r.Request.Name}"),
    ];

    /// <inheritdoc cref="SidecarRig.MetricLines"/>
    public IReadOnlyList<string> MetricLines() => _rig.MetricLines();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();
}
