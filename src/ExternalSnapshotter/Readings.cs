using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter;

/// <summary>
/// What the snapshotter reads of the cluster. Contents of other drivers it does not want at all; of a class of another driver it reads that it is
/// one.
/// </summary>
internal sealed class Readings(string driver)
{
    public bool IsOurs(VolumeSnapshotContent content) => content.Spec.Driver == driver;

    public bool IsOurs(VolumeGroupSnapshotContent content) => content.Spec.Driver == driver;

    /// <summary>Others' come here only where another reader of the same store wants them.</summary>
    public void Content(VolumeSnapshotContent read, VolumeSnapshotContent kept)
    {
        if (read.Spec.Driver != driver) return;
        Take(read, kept, ContentKeys.OfSingle);
        kept.MarksHash = HashOfOthers(read, ContentKeys.OfSingle);
        (kept.Spec, kept.Status) = (read.Spec, read.Status);
    }

    public void GroupContent(VolumeGroupSnapshotContent read, VolumeGroupSnapshotContent kept)
    {
        if (read.Spec.Driver != driver) return;
        Take(read, kept, ContentKeys.OfGroup);
        kept.MarksHash = HashOfOthers(read, ContentKeys.OfGroup);
        (kept.Spec, kept.Status) = (read.Spec, read.Status);
    }

    public void Class(SnapshotClassObject read, SnapshotClassObject kept)
    {
        kept.Driver = read.Driver;
        if (read.Driver == driver) kept.Parameters = read.Parameters;
    }

    private static void Take(KubeObject read, KubeObject kept, ContentKeys keys)
    {
        kept.TakeIdentity(read);
        kept.TakeFinalizers(read);
        kept.TakeAnnotations(read, keys.Annotations);
    }

    /// <summary>Of all labels and annotations that are not kept: by a change of them users ask for another try.</summary>
    private static int HashOfOthers(KubeObject read, ContentKeys keys)
    {
        var hash = new HashCode();
        foreach (var map in (ReadOnlySpan<StringMap?>)[read.Metadata.Labels, read.Metadata.Annotations])
        {
            foreach (var (key, value) in map ?? StringMap.Empty)
            {
                if (keys.Annotations.Contains(key)) continue;
                hash.Add(key, StringComparer.Ordinal);
                hash.Add(value, StringComparer.Ordinal);
            }
        }
        return hash.ToHashCode();
    }
}
