using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// Everything the provisioner knows of the cluster, as far as it reads it (<see cref="Readings"/>): ten thousand volumes weigh a few
/// megabytes. Attachments are watched only for a driver that attaches.
/// </summary>
internal sealed class Caches
{
    public Caches(SharedStores stores, AskedDriver driver, bool attaches)
    {
        var readings = new Readings(driver);
        Claims = stores.Of(Resources.PersistentVolumeClaims, readings.Claim);
        Volumes = stores.Of(Resources.PersistentVolumes, readings.Volume);
        Classes = stores.Of(Resources.StorageClasses, Readings.Class);
        Attachments = attaches ? stores.Of(Resources.VolumeAttachments, Readings.Attachment) : new ObjectStore<VolumeAttachment>();
        ClaimsByUid = Claims.IndexBy(c => c.Metadata.Uid);
        PendingClones = Claims.IndexBy(c => SourceProtection.ClonedFrom(c)?.ToString());
        PendingRestores = Claims.IndexBy(c => SourceProtection.RestoredFrom(c)?.ToString());
        AttachmentsByVolume = Attachments.IndexBy(a => a.Spec.Source?.PersistentVolumeName);
    }

    public ObjectStore<PersistentVolumeClaim> Claims { get; }

    public ObjectStore<PersistentVolume> Volumes { get; }

    public ObjectStore<StorageClass> Classes { get; }

    public ObjectStore<VolumeAttachment> Attachments { get; }

    public ObjectIndex<PersistentVolumeClaim> ClaimsByUid { get; }

    /// <summary>Claims that are being filled as clones, by namespace and name of the claim they are a clone of.</summary>
    public ObjectIndex<PersistentVolumeClaim> PendingClones { get; }

    /// <summary>Claims that are being restored, by namespace and name of the snapshot they are restored from.</summary>
    public ObjectIndex<PersistentVolumeClaim> PendingRestores { get; }

    public ObjectIndex<VolumeAttachment> AttachmentsByVolume { get; }

    public StorageClass? FindClass(string name) => Classes.Find(new ObjectKey(null, name));

    public PersistentVolume? FindVolume(string name) => Volumes.Find(new ObjectKey(null, name));
}
