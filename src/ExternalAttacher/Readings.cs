using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher;

/// <summary>
/// What the attacher reads of the cluster. Of attachments and volumes of other drivers it needs to know nothing but that they are there;
/// should one be asked for after all, it is read anew. Of a node it reads our driver's name of it.
/// </summary>
internal sealed class Readings(DriverFacts driver)
{
    private static readonly HashSet<string> s_attachmentAnnotations = [WellKnown.NodeIdAnnotation];

    public void Attachment(VolumeAttachment read, VolumeAttachment kept)
    {
        if (read.Spec.Attacher != driver.Name) return;
        kept.TakeIdentity(read);
        kept.TakeFinalizers(read);
        kept.TakeAnnotations(read, s_attachmentAnnotations);
        kept.MarksHash = HashCode.Combine(HashOf(read.Metadata.Labels), HashOf(read.Metadata.Annotations));
        (kept.Spec, kept.Status) = (read.Spec, read.Status);
    }

    public void Volume(PersistentVolume read, PersistentVolume kept)
    {
        if (!IsOurs(read)) return;
        kept.TakeIdentity(read);
        kept.TakeFinalizers(read);
        var (from, to) = (read.Spec, kept.SpecToFill());
        (to.Csi, to.AccessModes, to.MountOptions, to.VolumeMode) = (from.Csi, from.AccessModes, from.MountOptions, from.VolumeMode);
        if (!from.IsMigratable) return;
        kept.TakeAnnotations(read, MigrationMarks.Annotations);
        kept.TakeLabels(read, MigrationMarks.Labels);
        to.TakeInTreeSource(from);
        if (from.ClaimRef is { } claim) (to.ClaimRef ??= new ObjectReference()).Namespace = claim.Namespace;
    }

    public void Node(CsiNode read, CsiNode kept)
    {
        if (read.Of(driver.Name) is { } own) kept.OwnToFill().NodeId = own.NodeId;
    }

    /// <summary>
    /// Whether all of the volume is read. One that carries our mark has been attached by us, whatever it says of its driver; one of a built-in
    /// plugin may be attached by us any time.
    /// </summary>
    public bool IsOurs(PersistentVolume volume) =>
        volume.Spec.IsMigratable || volume.HasFinalizer(driver.Finalizer) || volume.Spec.Csi?.Driver == driver.Name;

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
