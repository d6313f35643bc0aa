using Sidecars.ControllerManager;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.ExternalSnapshotter.Singles;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalSnapshotter;

/// <summary>What csi-snapshotter reads and runs while it may work: one controller for contents and, where groups are wanted, one for theirs.</summary>
internal sealed class SnapshotterControllers : IControllers
{
    private readonly ContentController<VolumeSnapshotContent> _singles;
    private readonly GroupControllers? _groups;

    /// <param name="context">The process.</param>
    /// <param name="options">What the command line asks for.</param>
    /// <param name="groups">Whether groups are worked on, and from when.</param>
    public SnapshotterControllers(SidecarContext context, SnapshotterOptions options, GroupSupport groups)
    {
        var driver = new DriverFacts(context.Driver.Name, context.Driver.Controller);
        var readings = new Readings(driver.Name);
        var part = new WatchedPart(null, options.Node is { } node ? $"{WellKnown.ManagedByLabel}={node}" : null, WellKnown.SelectorOf(driver.Name));
        var secrets = new ContentSecrets(new SecretReader(context.Api));
        var calls = new DriverCalls(context.Driver.Connection, options.Timeout, context.Time);

        var classes = context.Stores.Of(Resources.VolumeSnapshotClasses, readings.Class);
        var contents = new ContentCache<VolumeSnapshotContent>(
            new SingleContents(), context.Stores.Of(Resources.VolumeSnapshotContents, readings.Content, part: part, wants: readings.IsOurs),
            driver.Name, name => classes.Find(new ObjectKey(null, name)));
        _singles = new ContentController<VolumeSnapshotContent>(context, options, contents,
            new SingleSnapshots(driver, options, contents, secrets, calls, context.Time));
        classes.Changed += _singles.ClassChanged;

        if (groups.IsWanted) _groups = new GroupControllers(context, options, groups, readings, secrets, calls);
    }

    public void Start(RunningTasks running)
    {
        _singles.Start(running);
        if (_groups is not null) running.Add(_groups.RunAsync);
    }

    public void Dispose()
    {
        _singles.Dispose();
        _groups?.Dispose();
    }
}
