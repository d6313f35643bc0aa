using System.Collections.Concurrent;
using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Brings a volume to a pod's directory and takes it away again, through the driver's node service. Staging is shared by the pods of a
/// node; at most one step at a time is taken for a volume. Answers null when done, else what it waits for or what the driver said.
/// </summary>
internal sealed class VolumeMounting(ControllerContext context, string nodeName, MountPaths paths, DriverClients drivers, VolumeUse uses)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _oneStep = new(StringComparer.Ordinal);

    public async Task<MountFailure?> Mount(StoredObject pod, Volume volume, bool isReadOnly, CancellationToken stop)
    {
        if (volume.Driver.Length == 0) return MountFailure.Failed("only volumes of CSI drivers can be mounted here");
        if (drivers.Find(volume.Driver) is not { } driver)
            return MountFailure.Waiting($"driver name {volume.Driver} not found in the list of registered CSI drivers");
        var publishContext = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!volume.IsInline && AttachDetach.AttachRequired(context.Storage, volume.Driver))
        {
            var attachment = context.Storage.Get("volumeattachments", null, AttachmentName.Of(volume.Handle, volume.Driver, nodeName)).Object;
            if (attachment is null || attachment.IsBeingDeleted || attachment.Root.Flag("status", "attached") != true)
                return MountFailure.Waiting("the volume is not attached yet");
            publishContext = attachment.Root.Map("status", "attachmentMetadata");
        }

        var (capability, error) = CsiVolumes.Capability(volume, driver);
        if (capability is null) return MountFailure.Failed(error);
        var step = _oneStep.GetOrAdd(volume.Stored.Name, _ => new SemaphoreSlim(1));
        await step.WaitAsync(stop);
        try
        {
            uses.Begin(volume, pod);
            return await Stage(volume, driver, capability, publishContext, stop)
                ?? await Publish(pod, volume, driver, capability, publishContext, isReadOnly, stop);
        }
        finally
        {
            step.Release();
        }
    }

    /// <summary>Has the driver grow what is on a volume that a pod has; the driver's error, or none.</summary>
    public async Task<CsiError?> Expand(StoredObject pod, Volume volume, DriverClient driver, long bytes, CancellationToken stop)
    {
        var (capability, error) = CsiVolumes.Capability(volume, driver);
        if (capability is null) return CsiError.Local(error);
        var step = _oneStep.GetOrAdd(volume.Stored.Name, _ => new SemaphoreSlim(1));
        await step.WaitAsync(stop);
        try
        {
            var request = new NodeExpandVolumeRequest
            {
                VolumeId = volume.Handle,
                VolumePath = paths.Target(volume, pod.Uid),
                StagingTargetPath = driver.Stages ? paths.Staging(volume) : "",
                CapacityRange = new CapacityRange { RequiredBytes = bytes },
                VolumeCapability = capability,
                Secrets = { CsiVolumes.Secrets(context.Storage, volume, "nodeExpandSecretRef") },
            };
            return (await driver.Call("NodeExpandVolume", driver.Node.NodeExpandVolumeAsync, request, stop)).Error;
        }
        finally
        {
            step.Release();
        }
    }

    /// <summary>The pod may be gone from the cluster: what was brought to it is taken away all the same.</summary>
    public async Task<MountFailure?> Unmount(string podUid, Volume volume, CancellationToken stop)
    {
        if (drivers.Find(volume.Driver) is not { } driver)
            return MountFailure.Waiting($"driver name {volume.Driver} not found in the list of registered CSI drivers");
        var step = _oneStep.GetOrAdd(volume.Stored.Name, _ => new SemaphoreSlim(1));
        await step.WaitAsync(stop);
        try
        {
            var unpublish = new NodeUnpublishVolumeRequest { VolumeId = volume.Handle, TargetPath = paths.Target(volume, podUid) };
            var answer = await driver.Call("NodeUnpublishVolume", driver.Node.NodeUnpublishVolumeAsync, unpublish, stop);
            if (!answer.IsOk) return MountFailure.Failed(answer.Error!.Text);
            if (Stages(driver, volume) && !uses.IsUsedByOthers(volume, podUid) && await Unstage(volume, driver, stop) is { } failure) return failure;
            uses.End(volume, podUid);
            return null;
        }
        finally
        {
            step.Release();
        }
    }

    private async Task<MountFailure?> Stage(
        Volume volume, DriverClient driver, VolumeCapability capability, Dictionary<string, string> publishContext, CancellationToken stop)
    {
        if (!Stages(driver, volume)) return null;
        var path = paths.Staging(volume);
        Directory.CreateDirectory(path);
        var request = new NodeStageVolumeRequest
        {
            VolumeId = volume.Handle,
            StagingTargetPath = path,
            VolumeCapability = capability,
            PublishContext = { publishContext },
            VolumeContext = { volume.Stored.Root.Map("spec", "csi", "volumeAttributes") },
            Secrets = { CsiVolumes.Secrets(context.Storage, volume, "nodeStageSecretRef") },
        };
        var answer = await driver.Call("NodeStageVolume", driver.Node.NodeStageVolumeAsync, request, stop);
        return answer.IsOk ? null : MountFailure.Failed(answer.Error!.Text);
    }

    private async Task<MountFailure?> Publish(
        StoredObject pod, Volume volume, DriverClient driver, VolumeCapability capability, Dictionary<string, string> publishContext,
        bool isReadOnly, CancellationToken stop)
    {
        var target = paths.Target(volume, pod.Uid);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var request = new NodePublishVolumeRequest
        {
            VolumeId = volume.Handle,
            StagingTargetPath = Stages(driver, volume) ? paths.Staging(volume) : "",
            TargetPath = target,
            VolumeCapability = capability,
            Readonly = isReadOnly || volume.Stored.Root.Flag("spec", "csi", "readOnly") == true,
            PublishContext = { publishContext },
            VolumeContext = { volume.Stored.Root.Map("spec", "csi", "volumeAttributes") },
            Secrets = { CsiVolumes.Secrets(context.Storage, volume, "nodePublishSecretRef") },
        };
        foreach (var (key, value) in PodInfo(pod, volume)) request.VolumeContext[key] = value;
        var answer = await driver.Call("NodePublishVolume", driver.Node.NodePublishVolumeAsync, request, stop);
        return answer.IsOk ? null : MountFailure.Failed(answer.Error!.Text);
    }

    private async Task<MountFailure?> Unstage(Volume volume, DriverClient driver, CancellationToken stop)
    {
        var path = paths.Staging(volume);
        var request = new NodeUnstageVolumeRequest { VolumeId = volume.Handle, StagingTargetPath = path };
        var answer = await driver.Call("NodeUnstageVolume", driver.Node.NodeUnstageVolumeAsync, request, stop);
        if (!answer.IsOk) return MountFailure.Failed(answer.Error!.Text);
        if (Directory.Exists(path)) Directory.Delete(path);
        return null;
    }

    private static bool Stages(DriverClient driver, Volume volume) => driver.Stages && !volume.IsInline;

    private Dictionary<string, string> PodInfo(StoredObject pod, Volume volume)
    {
        var csiDriver = context.Storage.Get("csidrivers", null, volume.Driver).Object;
        if (csiDriver?.Root.Flag("spec", "podInfoOnMount") != true) return [];
        var account = pod.Root.Text("spec", "serviceAccountName");
        return new(StringComparer.Ordinal)
        {
            ["csi.storage.k8s.io/pod.name"] = pod.Name,
            ["csi.storage.k8s.io/pod.namespace"] = pod.Namespace,
            ["csi.storage.k8s.io/pod.uid"] = pod.Uid,
            ["csi.storage.k8s.io/serviceAccount.name"] = account.Length > 0 ? account : "default",
            ["csi.storage.k8s.io/ephemeral"] = volume.IsInline ? "true" : "false",
        };
    }
}
