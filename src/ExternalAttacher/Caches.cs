using Sidecars.ExternalAttacher.Objects;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher;

/// <summary>
/// Everything the attacher knows of the cluster, trimmed at the door: attachments and volumes of other drivers leave their name and
/// nothing else, and of a node only our driver's name of it is kept.
/// </summary>
internal sealed class Caches
{
    private static readonly HashSet<string> s_volumeAnnotations =
    [
        WellKnown.MigratedToAnnotation, WellKnown.AzureResourceGroupAnnotation,
        WellKnown.PortworxSecretNameAnnotation, WellKnown.PortworxSecretNamespaceAnnotation,
    ];

    private static readonly HashSet<string> s_volumeLabels = [WellKnown.BetaZoneLabel, WellKnown.ZoneLabel];
    private static readonly HashSet<string> s_attachmentAnnotations = [WellKnown.NodeIdAnnotation];

    private readonly DriverFacts _driver;

    public Caches(DriverFacts driver)
    {
        _driver = driver;
        Attachments = new(TrimAttachment);
        Volumes = new(TrimVolume);
        Nodes = new(TrimNode);
        AttachmentsByVolume = Attachments.IndexBy(a => a.Spec.Source?.PersistentVolumeName);
        UnfinishedByNode = Attachments.IndexBy(a => a.Status.Attached && !a.IsBeingDeleted ? null : a.Spec.NodeName);
    }

    public ObjectStore<Attachment> Attachments { get; }

    public ObjectStore<Volume> Volumes { get; }

    public ObjectStore<CsiNode> Nodes { get; }

    /// <summary>Our attachments by the name of their volume.</summary>
    public ObjectIndex<Attachment> AttachmentsByVolume { get; }

    /// <summary>Our attachments that are not attached, or are being deleted, by the name of their node.</summary>
    public ObjectIndex<Attachment> UnfinishedByNode { get; }

    public Attachment? FindAttachment(string name) => Attachments.Find(new ObjectKey(null, name));

    public Volume? FindVolume(string name) => Volumes.Find(new ObjectKey(null, name));

    private void TrimAttachment(Attachment attachment)
    {
        var metadata = attachment.Metadata;
        if (attachment.Spec.Attacher != _driver.Name)
        {
            attachment.Metadata = new ObjectMeta { Name = metadata.Name, ResourceVersion = metadata.ResourceVersion };
            (attachment.Spec, attachment.Status) = (AttachmentWish.None, AttachmentState.None);
        }
        else
        {
            attachment.MarksHash = HashCode.Combine(HashOf(metadata.Labels), HashOf(metadata.Annotations));
            metadata.Labels = null;
            metadata.Annotations = metadata.Annotations?.Only(s_attachmentAnnotations);
        }
        (attachment.ApiVersion, attachment.Kind, metadata.CreationTimestamp) = (null, null, null);
    }

    private void TrimVolume(Volume volume)
    {
        var (metadata, spec) = (volume.Metadata, volume.Spec);
        (volume.ApiVersion, volume.Kind, metadata.CreationTimestamp) = (null, null, null);
        if (!spec.IsMigratable)
        {
            metadata.Labels = null;
            metadata.Annotations = null;
            spec.ClaimRef = null;
            // One that carries our mark has been attached by us, whatever it says of its driver.
            if (volume.HasFinalizer(_driver.Finalizer) || spec.Csi?.Driver == _driver.Name) return;
            volume.Metadata = new ObjectMeta { Name = metadata.Name, ResourceVersion = metadata.ResourceVersion };
            volume.Spec = VolumeDetails.Elsewhere;
            return;
        }
        metadata.Labels = metadata.Labels?.Only(s_volumeLabels);
        metadata.Annotations = metadata.Annotations?.Only(s_volumeAnnotations);
        spec.ClaimRef = spec.ClaimRef is { } claim ? new ObjectReference { Namespace = claim.Namespace } : null;
    }

    private void TrimNode(CsiNode node)
    {
        node.NodeId = node.Spec?.Drivers?.Find(d => d.Name == _driver.Name)?.NodeId;
        node.Spec = null;
        node.Metadata = new ObjectMeta { Name = node.Metadata.Name, ResourceVersion = node.Metadata.ResourceVersion };
        (node.ApiVersion, node.Kind) = (null, null);
    }

    private static int HashOf(StringMap? map)
    {
        var hash = new HashCode();
        foreach (var (key, value) in map ?? StringMap.Empty)
        {
            if (key is WellKnown.NodeIdAnnotation) continue; // our own
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }
        return hash.ToHashCode();
    }
}
