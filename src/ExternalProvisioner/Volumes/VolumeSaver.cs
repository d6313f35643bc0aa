using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Secrets;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalProvisioner.Volumes;

/// <summary>
/// Writes the PersistentVolumes of created volumes to the API, and does not let go of one before it stands there
/// (provisioner contract 7): the first try is made in place, further ones from a queue. A volume is never deleted because its
/// object could not be written. An object of the same name that is not ours counts as a failure, not as success. One that the server
/// refuses is composed anew for each further try, from the class and the claim as they are then, so that putting them right helps.
/// </summary>
internal sealed partial class VolumeSaver(
    ApiClient api, Caches caches, VolumeComposer composer, EventRecorder events, WorkQueue<string> queue, ILogger<VolumeSaver> log)
{
    private sealed record Unsaved(MadeVolume Made, PersistentVolume Volume, bool IsRefused = false, string? Told = null)
    {
        public PersistentVolumeClaim Claim => Made.Request.Claim;
    }

    private readonly ConcurrentDictionary<string, Unsaved> _unsaved = new(StringComparer.Ordinal);

    /// <summary>Told of each volume that stands in the API from then on; may take its time, and reports its own failures.</summary>
    public Func<RequestDraft, CancellationToken, Task> WhenSaved { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>The volume of that name that was made and still waits to be written, or null.</summary>
    public PersistentVolume? Waiting(string volume) => _unsaved.GetValueOrDefault(volume)?.Volume;

    /// <summary>
    /// Lets go of a volume whose object the server refuses, because nobody wants it any more; false where it may still be written. One that is being
    /// written at this moment is then there for a moment, released, and is deleted as such.
    /// </summary>
    public bool GivesUp(string volume) =>
        _unsaved.TryGetValue(volume, out var waiting) && waiting.IsRefused && _unsaved.TryRemove(KeyValuePair.Create(volume, waiting));

    /// <summary>
    /// Writes the object, or takes it over to write it later. A shutdown ends the waiting for a server that wants to be spared, and not the
    /// write: a volume whose object is not written has to be found again through the driver.
    /// </summary>
    public async Task<PersistentVolume> Save(MadeVolume made, CancellationToken stop)
    {
        var volume = composer.ComposeForCluster(made).Volume ?? throw new InvalidOperationException($"volume {made.Volume.VolumeId} was made, and found fit to be saved");
        var waiting = _unsaved[volume.Name] = new Unsaved(made, volume); // before the try, so that a second attempt at the claim sees it
        var isSaved = false;
        try
        {
            isSaved = await Try(waiting, stop);
        }
        finally
        {
            if (!isSaved) queue.Add(volume.Name); // whatever happened: nobody else remembers the volume
        }
        return volume;
    }

    /// <summary>A class was edited or made anew: what was refused because of what it was is tried at once.</summary>
    public void ClassChanged(StorageClass storageClass)
    {
        foreach (var (name, waiting) in _unsaved)
        {
            if (waiting.IsRefused && waiting.Made.Request.Class.Name == storageClass.Name) queue.Add(name);
        }
    }

    /// <summary>One more try at a volume from the queue.</summary>
    public async ValueTask<Outcome> Retry(string volume, CancellationToken stop)
    {
        if (!_unsaved.TryGetValue(volume, out var waiting)) return Outcome.Done;
        if (waiting.IsRefused)
        {
            var anew = ComposedAnew(waiting);
            if (!_unsaved.TryUpdate(volume, anew, waiting)) return Outcome.Done; // given up meanwhile
            waiting = anew;
        }
        return await Try(waiting, stop) ? Outcome.Done : Outcome.Retry("the volume's object is not written yet");
    }

    /// <summary>The same volume of the driver, described by what the class and the claim say today; as it was, where they say nothing that can be used.</summary>
    private Unsaved ComposedAnew(Unsaved waiting)
    {
        var request = waiting.Made.Request;
        var claim = caches.ClaimsByUid.Find(waiting.Claim.Uid) is { } now && string.IsNullOrEmpty(now.Spec.VolumeName) ? now : waiting.Claim;
        if (caches.FindClass(request.Class.Name) is not { } storageClass || storageClass.Provisioner != request.Class.Provisioner) return waiting;
        if ((request.IsMigrated ? ClassTranslation.Translate(storageClass).Class : storageClass) is not { } inItsWords) return waiting;
        var (secrets, ownError, laterError) = SecretReferences.Of(claim, inItsWords, request.VolumeName);
        if (ownError is not null || laterError is not null) return waiting;
        var made = waiting.Made with { Request = request with { Claim = claim, Class = inItsWords, Secrets = secrets } };
        return composer.ComposeForCluster(made).Volume is { } composed ? waiting with { Made = made, Volume = composed } : waiting;
    }

    private async Task<bool> Try(Unsaved waiting, CancellationToken stop)
    {
        var (volume, claim) = (waiting.Volume, waiting.Claim);
        // Asked before the write: who waits for the volume may have used it and deleted the claim by the time the answer is here.
        var isThere = caches.ClaimsByUid.First(claim.Uid) is not null;
        var result = await Write(volume, stop);
        if (result.IsSaved)
        {
            _unsaved.TryRemove(volume.Name, out _); // the name is reserved for this claim, so it is this entry
            Log.Saved(log, volume.Name, claim.Key);
            if (isThere) Tell(claim, EventType.Normal, "ProvisioningSucceeded", $"Successfully provisioned volume {volume.Name}");
            await WhenSaved(waiting.Made.Request, stop);
            return true;
        }
        Log.NotSaved(log, volume.Name, claim.Key, result.Problem);
        if (!result.IsRefused) return false;
        _unsaved.TryUpdate(volume.Name, waiting with { IsRefused = true, Told = result.Problem }, waiting);
        // Told once, and again when it changes: the retries would use up what the claim may have of events.
        if (result.Problem != waiting.Told)
        {
            Tell(claim, EventType.Warning, "ProvisioningFailed", $"the driver made volume {waiting.Made.Volume.VolumeId}, but its PersistentVolume {volume.Name} cannot be saved: {result.Problem}; it is tried again");
        }
        return false;
    }

    private async Task<SaveResult> Write(PersistentVolume volume, CancellationToken stop)
    {
        var created = await api.CreateAsync(Resources.PersistentVolumes, volume, stop);
        if (created.IsSuccess)
        {
            caches.Volumes.Fold(created.Value);
            return new(true);
        }
        if (created.Failure.IsAlreadyExists) return await CompareExisting(volume, stop);
        return new(false, created.Failure.ToString(), created.Failure.IsRejected);
    }

    /// <summary>
    /// An object of that name is there: ours from an earlier try whose answer got lost, or another one. The original takes any
    /// for its own, which leaks the volume when the other one is just being deleted.
    /// </summary>
    private async Task<SaveResult> CompareExisting(PersistentVolume volume, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.PersistentVolumes, volume.Key, stop);
        if (!read.IsSuccess) return new(false, read.Failure.ToString());
        var existing = read.Value;
        if (existing.IsBeingDeleted) return new(false, "an older PersistentVolume of that name is still being deleted");
        if (InTreeTranslation.HandleOf(existing) is var other && other != InTreeTranslation.HandleOf(volume))
            return new(false, $"a PersistentVolume of that name exists for another volume, {other}; delete or rename one of the two", true);
        if (existing.Spec.ClaimRef?.Uid != volume.Spec.ClaimRef!.Uid)
            return new(false, $"a PersistentVolume of that name exists for claim {existing.Spec.ClaimRef?.Namespace}/{existing.Spec.ClaimRef?.Name} with uid {existing.Spec.ClaimRef?.Uid}; delete it", true);
        caches.Volumes.Fold(existing);
        return new(true);
    }

    private void Tell(PersistentVolumeClaim claim, EventType type, string reason, string message) =>
        events.Record(ObjectReference.To(claim, "PersistentVolumeClaim", "v1"), type, reason, message);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Saved volume: {PV} {PVC}")]
        public static partial void Saved(ILogger logger, string pv, ObjectKey pvc);

        [LoggerMessage(2, LogLevel.Error, "Failed to save the object of a created volume, trying again: {PV} {PVC} {Err}")]
        public static partial void NotSaved(ILogger logger, string pv, ObjectKey pvc, string? err);
    }
}
