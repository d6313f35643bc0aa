using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Volumes;

/// <summary>
/// Asks the driver for a volume, checks what it made, and takes back what is not what was asked for (provisioner contract 4.7 and
/// 6, steps 1 and 2), or could not be one of the plugin its class is of. A volume it returns is usable; a failure says whether the driver may still be at work.
/// </summary>
internal sealed partial class VolumeMaker(DriverCalls driver, ApiClient api, Caches caches, VolumeComposer composer, bool placesVolumes, TimeProvider time, ILogger<VolumeMaker> log)
{
    /// <summary>Tries to take back a wrong volume within one attempt; the next attempt tries again.</summary>
    private const int MostCleanupTries = 5;

    private static readonly TimeSpan s_cleanupPause = TimeSpan.FromMilliseconds(200);

    /// <summary>What an error of CreateVolume says of the driver's work; one for a node without room is one for the scheduler.</summary>
    internal static ProvisionState StateOf(Grpc.Core.StatusCode? code, bool isForNode) =>
        code is Grpc.Core.StatusCode.ResourceExhausted && isForNode ? ProvisionState.Reschedule
        : FinalErrors.IsFinalForProvisioning(code) ? ProvisionState.Finished : ProvisionState.InBackground;

    public async Task<(MadeVolume? Made, ProvisionFailure? Failure)> Make(RequestDraft request, CancellationToken stop)
    {
        var answer = await driver.Create(request.Csi, request.IsMigrated, stop);
        if (!answer.IsOk) return (null, FailureOf(answer.Error, request));

        if (answer.Response.Volume is not { } volume)
            return (null, new(ProvisionState.InBackground, $"the driver answered CreateVolume of {request.Csi.Name} without a volume; this is a fault of the driver, and the call is repeated"));
        if (volume.VolumeId.Length is 0)
            return (null, new(ProvisionState.InBackground, $"the driver answered CreateVolume of {request.Csi.Name} with a volume without an id; this is a fault of the driver, and the call is repeated"));

        if (Problem(request, volume) is not { } problem) return await Usable(new MadeVolume(request, volume), stop);
        var cleanup = await TakeBack(volume.VolumeId, request, stop);
        return (null, new(ProvisionState.InBackground, cleanup is null ? problem : $"{problem}. Cleanup of volume {request.Csi.Name} failed, volume is orphaned: {cleanup}"));
    }

    /// <summary>A volume that can be no object of the cluster is taken back too; with it, the driver's work is over.</summary>
    private async Task<(MadeVolume? Made, ProvisionFailure? Failure)> Usable(MadeVolume made, CancellationToken stop)
    {
        if (!made.Request.IsMigrated || composer.ComposeForCluster(made).Error is not { } error) return (made, null);
        var (request, id) = (made.Request, made.Volume.VolumeId);
        var problem = $"failed to translate volume {id} to one of {request.Class.Provisioner}: {error}";
        return (null, await TakeBack(id, request, stop) is { } cleanup
            ? new(ProvisionState.InBackground, $"{problem}. Cleanup of volume {request.Csi.Name} failed, volume is orphaned: {cleanup}")
            : new(ProvisionState.Finished, $"{problem}; the volume was taken back, and the class or the driver has to be put right"));
    }

    /// <summary>Why the volume is not what was asked for, or null.</summary>
    private static string? Problem(RequestDraft request, Volume volume)
    {
        var (size, wanted) = (VolumeComposer.SizeOf(volume, request), request.Csi.CapacityRange.RequiredBytes);
        if (size < wanted) return $"created volume capacity {size} less than requested capacity {wanted}";
        return request.Csi.VolumeContentSource is not null && volume.ContentSource is null
            ? "volume content source missing: the driver does not say that it filled the volume, which is a fault of the driver"
            : null;
    }

    private ProvisionFailure FailureOf(CsiError error, RequestDraft request) => new(
        StateOf(error.Code, placesVolumes && request.SelectedNode is { Length: > 0 }),
        error.Text,
        error.Code is Grpc.Core.StatusCode.InvalidArgument) { LeavesOpen = AbandonedVolumes.LeavesOpen(error.Code) };

    /// <summary>
    /// Deletes a volume that cannot be used; all tries share one time-out. Null is success. The claim may have been served long ago, and our view of
    /// the cluster be of before that: the server is asked first whether the volume is in use.
    /// </summary>
    private async Task<string?> TakeBack(string volumeId, RequestDraft request, CancellationToken stop)
    {
        var used = await api.GetAsync(Resources.PersistentVolumes, new ObjectKey(null, request.VolumeName), stop);
        if (used.IsSuccess && InTreeTranslation.HandleOf(used.Value) == volumeId) return $"PersistentVolume {request.VolumeName} names it, so it is not deleted";
        if (caches.Volumes.Snapshot().FirstOrDefault(v => InTreeTranslation.HandleOf(v) == volumeId) is { } user) return $"PersistentVolume {user.Name} names it, so it is not deleted";
        if (!used.IsSuccess && !used.Failure.IsNotFound) return $"it is not deleted before it is known whether PersistentVolume {request.VolumeName} names it: {used.Failure}";
        var delete = new DeleteVolumeRequest { VolumeId = volumeId };
        delete.Secrets.Add(request.Csi.Secrets);
        var started = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var answer = await driver.Delete(delete, request.IsMigrated, driver.Timeout - time.GetElapsedTime(started), stop);
            if (answer.IsOk) return null;
            Log.CleanupFailed(log, request.Csi.Name, volumeId, attempt, answer.Error.Text);
            if (attempt == MostCleanupTries || time.GetElapsedTime(started) + s_cleanupPause >= driver.Timeout) return answer.Error.Text;
            await Task.Delay(s_cleanupPause, time, stop);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Failed to take back an unusable volume: {PV} {VolumeHandle} {Attempt} {Err}")]
        public static partial void CleanupFailed(ILogger logger, string pv, string volumeHandle, int attempt, string err);
    }
}
