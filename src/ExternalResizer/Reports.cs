using Sidecars.Hosting;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer;

/// <summary>Tells users, by events on their claims, what becomes of them (resizer contract 5). The shapes of the messages are the original's: people search for them.</summary>
internal sealed class Reports(EventRecorder events, string driver)
{
    public void Resizing(PersistentVolumeClaim claim, PersistentVolume volume) =>
        Tell(claim, EventType.Normal, "Resizing", $"External resizer is resizing volume {volume.Name}");

    public void ResizeFailed(PersistentVolumeClaim claim, string reason) => Tell(claim, EventType.Warning, "VolumeResizeFailed", reason);

    public void NodeIsNext(PersistentVolumeClaim claim) =>
        Tell(claim, EventType.Normal, "FileSystemResizeRequired", "Require file system resize of volume on node");

    public void Resized(PersistentVolumeClaim claim) => Tell(claim, EventType.Normal, "VolumeResizeSuccessful", "Resize volume succeeded");

    public void Modifying(PersistentVolumeClaim claim, string attributesClass) =>
        Tell(claim, EventType.Normal, "VolumeModify", $"external resizer is modifying volume {claim.Name} with vac {attributesClass}");

    public void Modified(PersistentVolumeClaim claim, string attributesClass) =>
        Tell(claim, EventType.Normal, "VolumeModifySuccessful", $"external resizer modified volume {claim.Name} with vac {attributesClass} successfully");

    public void ModifyFailed(PersistentVolumeClaim claim, string reason) => Tell(claim, EventType.Warning, "VolumeModifyFailed", reason);

    public void ModifyCancelled(PersistentVolumeClaim claim) => Tell(claim, EventType.Normal, "VolumeModifyCanceled", "Cancelled modify.");

    /// <summary>How a failure of the call is told: the error's own words are in it.</summary>
    public string FailureOf(PersistentVolume volume, string error) => $"resize volume \"{volume.Name}\" by resizer \"{driver}\" failed: {error}";

    /// <summary>The claim waits for long; in whole seconds, so that the same is told in the same words.</summary>
    public static string Waits(string reason, TimeSpan delay) =>
        $"{reason}; the next try follows in {GoDuration.Format(TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds)))}, or as soon as the claim asks for something else";

    private void Tell(PersistentVolumeClaim claim, EventType type, string reason, string message) =>
        events.Record(ObjectReference.To(claim, "PersistentVolumeClaim", "v1"), type, reason, message);
}
