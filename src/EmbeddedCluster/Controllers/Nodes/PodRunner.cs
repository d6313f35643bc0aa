namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Takes the pods of one node through the life that matters to volumes: all volumes published, then Running and Ready; on deletion
/// all volumes taken away, then the pod removed. A pod that has ended, or that was removed without waiting for its kubelet, loses its volumes as
/// well. No container is ever started.
/// </summary>
internal sealed class PodRunner(ControllerContext context, string nodeName, VolumeMounting mounting, NodeExpansion expansion, VolumeUse uses, NodeObjects node)
{
    private const string Component = "kubelet";

    public async ValueTask<Outcome> Reconcile(string key, CancellationToken stop)
    {
        var found = context.Storage.Find("pods", key);
        foreach (var gone in uses.PodsNamed(key).Where(uid => uid != found?.Uid))
            if (await TakeAway(gone, stop) is { } left) return Outcome.Retry(left.Failure.Reason);
        if (found is not { } pod || PodVolumes.NodeName(pod) != nodeName) return Outcome.Done;
        if (pod.IsBeingDeleted) return await TearDown(pod, stop);
        return PodVolumes.IsFinished(pod) ? await Release(pod, stop) ?? Outcome.Done : await SetUp(pod, stop);
    }

    private async Task<Outcome> SetUp(StoredObject pod, CancellationToken stop)
    {
        if (pod.Root.Text("status", "phase") == "Running") return await expansion.Reconcile(pod, stop);
        if (PodFiles.MissingVolume(context.Storage, pod) is var (file, missing)) return Fail(pod, file, MountFailure.Failed(missing));
        // A pod whose containers wait has its volumes already.
        foreach (var used in PodStatus.IsWaiting(pod) ? [] : PodVolumes.Claims(pod))
        {
            var (name, claimName, isReadOnly, _) = used;
            if (context.Storage.Get("persistentvolumeclaims", pod.Namespace, claimName).Object is not { } claim)
                return Fail(pod, name, MountFailure.Failed($"persistentvolumeclaim \"{claimName}\" not found"));
            if (EphemeralClaims.WhyNotOf(pod, used, claim) is { } foreign) return Fail(pod, name, MountFailure.Failed(foreign));
            if (new Claim(claim) is not { IsBound: true } bound) return Outcome.Done;
            if (context.Storage.Get("persistentvolumes", null, bound.VolumeName).Object is not { } stored)
                return Fail(pod, name, MountFailure.Failed($"persistentvolume \"{bound.VolumeName}\" not found"));
            var volume = new Volume(stored);
            var failure = await MountOne(pod, volume, isReadOnly, stop);
            if (failure is not null) return Fail(pod, volume.Stored.Name, failure);
        }

        foreach (var volume in PodStatus.IsWaiting(pod) ? [] : InlineVolumes.Of(context.Storage, pod))
        {
            if (InlineVolumes.WhyNot(context.Storage, volume.Driver) is { } unfit) return Fail(pod, volume.Stored.Name, MountFailure.Failed(unfit));
            if (await MountOne(pod, volume, isReadOnly: false, stop) is { } failure) return Fail(pod, volume.Stored.Name, failure);
        }

        return PodFiles.MissingVariables(context.Storage, pod) is var (container, reason) ? NotStarted(pod, container, reason) : Outcome.Of(ShowRunning(pod));
    }

    /// <summary>A container that lacks what it is to be started with waits for it, and its pod says so.</summary>
    private Outcome NotStarted(StoredObject pod, string container, string reason)
    {
        context.Events.Warning(pod, Component, "Failed", $"Error: {reason}");
        var shown = context.Storage.UpdateStatus("pods", PodStatus.Waiting(pod, container, "CreateContainerConfigError", reason, context.Now));
        return shown.IsOk ? Outcome.Retry(reason) : Outcome.Of(shown);
    }

    private async Task<MountFailure?> MountOne(StoredObject pod, Volume volume, bool isReadOnly, CancellationToken stop)
    {
        try
        {
            // Shown before the driver is called: from here on the volume must not be detached.
            uses.Intend(volume, pod);
            node.ShowInUse(uses);
            return await mounting.Mount(pod, volume, isReadOnly, stop);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return MountFailure.Failed(failure.Message);
        }
        finally
        {
            uses.EndIntent(volume, pod);
            node.ShowInUse(uses);
        }
    }

    private async Task<Outcome> TearDown(StoredObject pod, CancellationToken stop) => await Release(pod, stop)
        ?? Outcome.Of(context.Storage.Delete("pods", pod.Namespace, pod.Name, new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Uid }));

    /// <summary>Takes the pod's volumes away; null when none is left.</summary>
    private async Task<Outcome?> Release(StoredObject pod, CancellationToken stop)
    {
        if (await TakeAway(pod.Uid, stop) is not var (volume, failure)) return null;
        context.Events.Warning(pod, Component, "FailedUnMount",
            $"UnmountVolume.TearDown failed for volume \"{volume.Stored.Name}\" : {failure.Reason}");
        return Outcome.Retry(failure.Reason);
    }

    private async Task<(Volume Volume, MountFailure Failure)?> TakeAway(string podUid, CancellationToken stop)
    {
        foreach (var volume in uses.Of(podUid))
            if (await mounting.Unmount(podUid, volume, stop) is { } failure) return (volume, failure);
        node.ShowInUse(uses);
        return null;
    }

    private Outcome Fail(StoredObject pod, string volume, MountFailure failure)
    {
        // What is waited for announces itself by a change of an object, which brings the pod back here.
        if (failure.IsWaiting) return Outcome.Done;
        context.Events.Warning(pod, Component, "FailedMount", $"MountVolume.SetUp failed for volume \"{volume}\" : {failure.Reason}");
        return Outcome.Retry(failure.Reason);
    }

    private StoreResult ShowRunning(StoredObject pod) => context.Storage.UpdateStatus("pods", PodStatus.Running(pod, context.Now));
}
