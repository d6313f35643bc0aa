using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;
using GroupRpc = Csi.V1.GroupControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalSnapshotter;

/// <summary>
/// Finds out, before the process works, whether the cluster knows groups of snapshots, and the driver (snapshotter contract 1.3, steps 10 to 13). A
/// server that does not answer says nothing of them, and is asked for as long as <c>--timeout</c>; then groups are off, because single snapshots wait
/// for this. While they are off the cluster is asked now and then, and their kinds may come later.
/// </summary>
internal sealed partial class GroupSupport(SnapshotterOptions options)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private bool _areForbidden;

    /// <summary>Whether groups are worked on where there are any.</summary>
    public bool IsWanted => options.WantsGroups && options.Node is null;

    /// <summary>Whether they were there at the start; settled by <see cref="Check"/>.</summary>
    public bool IsOn { get; private set; }

    public async Task<StartProblem?> Check(StartContext context, CancellationToken stop)
    {
        var driver = new DriverFacts(context.Driver!.Name, context.Driver.Controller);
        if (!driver.TakesSnapshots)
        {
            return new StartProblem($"driver {driver.Name} does not take snapshots: its ControllerGetCapabilities does not name "
                + "CREATE_DELETE_SNAPSHOT; "
                + "run this sidecar only beside a driver that does");
        }
        var log = context.Loggers.CreateLogger<GroupSupport>();
        if (!options.WantsGroups) return null;
        if (options.Node is not null)
        {
            Log.NotOnNodes(log);
            return null;
        }
        if (!await AreServed(context, log, stop)) return null;
        IsOn = true;
        await AskDriver(context.Driver, log, stop);
        return null;
    }

    /// <summary>Completes when the cluster serves the kinds of groups: at once where it did at the start.</summary>
    public async Task Served(SidecarContext context, CancellationToken stop)
    {
        if (IsOn) return;
        var log = context.Loggers.CreateLogger<GroupSupport>();
        do await Pause.For(options.GroupProbe, context.Time, stop);
        while (!await AreThere(context.Api, log, stop));
        Log.Come(log);
        await AskDriver(context.Driver, log, stop);
    }

    /// <summary>That they came and may not be listed is told when it becomes so: the line of the start speaks of definitions that are missing.</summary>
    private async Task<bool> AreThere(ApiClient api, ILogger log, CancellationToken stop)
    {
        var (path, failure) = (Resources.VolumeGroupSnapshotContents.CollectionPath, await Ask(api, Resources.VolumeGroupSnapshotContents, stop));
        if (failure is null) (path, failure) = (Resources.VolumeGroupSnapshotClasses.CollectionPath, await Ask(api, Resources.VolumeGroupSnapshotClasses, stop));
        if (failure is { IsForbidden: true } && !_areForbidden) Log.NotServed(log, path, failure.ToString(), options.GroupProbe);
        _areForbidden = failure is { IsForbidden: true };
        return failure is null;
    }

    private async Task<bool> AreServed(StartContext context, ILogger log, CancellationToken stop)
    {
        using var api = context.NewClient(new RequestRate(-1, 1));
        using var limit = new TimeLimit(options.Timeout, TimeProvider.System, stop);
        return await IsServed(api, Resources.VolumeGroupSnapshotContents, log, limit, stop)
            && await IsServed(api, Resources.VolumeGroupSnapshotClasses, log, limit, stop);
    }

    /// <summary>Why the kind cannot be listed; null where it can.</summary>
    private static async Task<ApiFailure?> Ask<T>(ApiClient api, Resource<T> resource, CancellationToken stop) where T : KubeObject =>
        (await api.SendAsync(HttpMethod.Get, $"{resource.CollectionPath}?limit=1", KubeJson.Default.MetadataOnly, default, null, stop)).Failure;

    private async Task<bool> IsServed<T>(ApiClient api, Resource<T> resource, ILogger log, TimeLimit limit, CancellationToken stop)
        where T : KubeObject
    {
        var last = "no answer came";
        try
        {
            while (true)
            {
                if (await Ask(api, resource, limit.Token) is not { } failure) return true;
                if (failure.IsNotFound || failure.IsForbidden)
                {
                    _areForbidden = failure.IsForbidden;
                    Log.NotServed(log, resource.CollectionPath, failure.ToString(), options.GroupProbe);
                    return false;
                }
                Log.NoAnswer(log, resource.CollectionPath, last = failure.ToString());
                await Pause.For(s_pause, TimeProvider.System, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Log.NeverTold(log, resource.CollectionPath, last, options.GroupProbe);
            return false;
        }
    }

    private async Task AskDriver(ConnectedDriver driver, ILogger log, CancellationToken stop)
    {
        var identity = new DriverIdentity(driver.Connection.Invoker, new CsiCall(TimeProvider.System), options.Timeout);
        var answer = await identity.GroupControllerCapabilitiesAsync(stop);
        if (!answer.IsOk && answer.Error.Code is not StatusCode.Unimplemented)
        {
            Log.NotTold(log, driver.Name, answer.Error.Text);
            return;
        }
        var takesGroups = answer.IsOk && new GroupControllerCapabilities(answer.Response).Has(GroupRpc.CreateDeleteGetVolumeGroupSnapshot);
        if (!takesGroups) Log.NoGroups(log, driver.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Groups of snapshots are not worked on until they can be listed, which is tried again; "
            + "install their definitions, or allow the account to list them {Path} {Err} {Every}")]
        public static partial void NotServed(ILogger logger, string path, string err, TimeSpan every);

        [LoggerMessage(2, LogLevel.Information, "The API server does not say whether it knows groups of snapshots, it is asked again {Path} {Err}")]
        public static partial void NoAnswer(ILogger logger, string path, string err);

        [LoggerMessage(5, LogLevel.Warning,
            "Groups of snapshots are not worked on, because the API server did not say within --timeout whether it knows them; "
            + "it is asked again {Path} {Err} {Every}")]
        public static partial void NeverTold(ILogger logger, string path, string err, TimeSpan every);

        [LoggerMessage(7, LogLevel.Information, "The cluster knows groups of snapshots by now, they are worked on")]
        public static partial void Come(ILogger logger);

        [LoggerMessage(6, LogLevel.Warning,
            "Groups of snapshots are not worked on with --node-deployment: a group is of several volumes, and belongs to no one node")]
        public static partial void NotOnNodes(ILogger logger);

        [LoggerMessage(3, LogLevel.Error,
            "The driver does not say what it can do with groups of snapshots (GroupControllerGetCapabilities) {driver} {Err}")]
        public static partial void NotTold(ILogger logger, string driver, string err);

        [LoggerMessage(4, LogLevel.Warning,
            "The driver takes no groups of snapshots (CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT); those that name it will fail {driver}")]
        public static partial void NoGroups(ILogger logger, string driver);
    }
}
