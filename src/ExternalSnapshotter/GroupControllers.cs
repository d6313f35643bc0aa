using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.ExternalSnapshotter.Groups;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalSnapshotter;

/// <summary>
/// The part of the sidecar that works on groups. It begins when the cluster serves their kinds, be that later than everything else. Its stores are
/// its own, and have to be complete first: a cluster may know the kinds and fail to list them, as where their conversion is broken, and single
/// snapshots do not wait for that.
/// </summary>
internal sealed class GroupControllers : IDisposable
{
    private readonly SidecarContext _context;
    private readonly GroupSupport _support;
    private readonly ObjectStore<VolumeGroupSnapshotClass> _classes = new();
    private readonly ObjectStore<VolumeGroupSnapshotContent> _contents = new();
    private readonly ContentController<VolumeGroupSnapshotContent> _controller;

    public GroupControllers(
        SidecarContext context, SnapshotterOptions options, GroupSupport support, Readings readings, ContentSecrets secrets, DriverCalls calls)
    {
        (_context, _support) = (context, support);
        _classes.Add(readings.Class);
        _contents.Add(readings.GroupContent, readings.IsOurs);
        var cache = new ContentCache<VolumeGroupSnapshotContent>(
            new GroupContents(), _contents, context.Driver.Name, name => _classes.Find(new ObjectKey(null, name)));
        _controller = new ContentController<VolumeGroupSnapshotContent>(context, options, cache, new GroupSnapshots(options, cache, secrets, calls));
        _classes.Changed += _controller.ClassChanged;
    }

    /// <summary>Works on groups from when their kinds are served, and all are known, until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _support.Served(_context, stop);
        var running = new RunningTasks(stop);
        Watch(running, Resources.VolumeGroupSnapshotClasses, _classes);
        Watch(running, Resources.VolumeGroupSnapshotContents, _contents, WellKnown.SelectorOf(_context.Driver.Name));
        if (!await running.Reached(Task.WhenAll(_classes.Synced, _contents.Synced))) return;
        _controller.Start(running);
        await running.All();
    }

    public void Dispose() => _controller.Dispose();

    private void Watch<T>(RunningTasks running, Resource<T> resource, ObjectStore<T> store, string? fields = null) where T : KubeObject, new()
    {
        var options = new WatcherOptions { FieldSelector = fields, StreamsLists = StreamedLists.AreWanted, Metrics = _context.Metrics };
        running.Add(new Reflector<T>(_context.Api, resource, store, options, _context.Time, _context.Loggers.CreateLogger<Reflector<T>>()).RunAsync);
    }
}
