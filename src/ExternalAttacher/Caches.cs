using Sidecars.ControllerManager;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher;

/// <summary>
/// Everything the attacher knows of the cluster, as far as it reads it (<see cref="Readings"/>). For a driver that publishes nothing,
/// volumes and nodes are not watched.
/// </summary>
internal sealed class Caches
{
    private readonly Readings _readings;
    private readonly string _driver;

    public Caches(SharedStores stores, DriverFacts driver)
    {
        (_driver, _readings) = (driver.Name, new Readings(driver));
        Attachments = stores.Of(Resources.VolumeAttachments, _readings.Attachment);
        Volumes = driver.Publishes ? stores.Of(Resources.PersistentVolumes, _readings.Volume) : new ObjectStore<PersistentVolume>();
        Nodes = driver.Publishes ? stores.Of(Resources.CsiNodes, _readings.Node) : new ObjectStore<CsiNode>();
        AttachmentsByVolume = Attachments.IndexBy(a => IsOurs(a) ? a.Spec.Source?.PersistentVolumeName : null);
        UnfinishedByNode = Attachments.IndexBy(a => IsOurs(a) && (!a.Status.Attached || a.IsBeingDeleted) ? a.Spec.NodeName : null);
    }

    public ObjectStore<VolumeAttachment> Attachments { get; }

    public ObjectStore<PersistentVolume> Volumes { get; }

    public ObjectStore<CsiNode> Nodes { get; }

    /// <summary>Our attachments by the name of their volume.</summary>
    public ObjectIndex<VolumeAttachment> AttachmentsByVolume { get; }

    /// <summary>Our attachments that are not attached, or are being deleted, by the name of their node.</summary>
    public ObjectIndex<VolumeAttachment> UnfinishedByNode { get; }

    /// <summary>Our attachment of that name; those of other drivers are not found.</summary>
    public VolumeAttachment? FindAttachment(string name) => Attachments.Find(new ObjectKey(null, name)) is { } found && IsOurs(found) ? found : null;

    public PersistentVolume? FindVolume(string name) => Volumes.Find(new ObjectKey(null, name));

    public bool IsOurs(VolumeAttachment attachment) => attachment.Spec.Attacher == _driver;

    /// <summary>Whether the store holds all of the volume, and not merely that it is there.</summary>
    public bool IsKnown(PersistentVolume volume) => _readings.IsOurs(volume);
}
