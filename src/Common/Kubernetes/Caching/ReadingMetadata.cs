using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>The parts of metadata a <see cref="Reading{T}"/> hands over.</summary>
public static class ReadingMetadata
{
    /// <summary>Hands over who the object is: its uid, and whether it is being deleted.</summary>
    public static void TakeIdentity(this KubeObject kept, KubeObject read) =>
        (kept.Metadata.Uid, kept.Metadata.DeletionTimestamp) = (read.Metadata.Uid, read.Metadata.DeletionTimestamp);

    /// <summary>Hands over the finalizers.</summary>
    public static void TakeFinalizers(this KubeObject kept, KubeObject read) => kept.Metadata.Finalizers = read.Metadata.Finalizers;

    /// <summary>Hands over all annotations.</summary>
    public static void TakeAnnotations(this KubeObject kept, KubeObject read) => kept.Metadata.Annotations = read.Metadata.Annotations;

    /// <summary>Hands over the annotations with these keys, beside those that other readers took.</summary>
    public static void TakeAnnotations(this KubeObject kept, KubeObject read, IReadOnlySet<string> keys) =>
        kept.Metadata.Annotations = Union(kept.Metadata.Annotations, read.Metadata.Annotations?.Only(keys));

    /// <summary>Hands over all labels.</summary>
    public static void TakeLabels(this KubeObject kept, KubeObject read) => kept.Metadata.Labels = read.Metadata.Labels;

    /// <summary>Hands over the owners.</summary>
    public static void TakeOwners(this KubeObject kept, KubeObject read) => kept.Metadata.OwnerReferences = read.Metadata.OwnerReferences;

    /// <summary>Hands over the labels with these keys, beside those that other readers took.</summary>
    public static void TakeLabels(this KubeObject kept, KubeObject read, IReadOnlySet<string> keys) =>
        kept.Metadata.Labels = Union(kept.Metadata.Labels, read.Metadata.Labels?.Only(keys));

    private static StringMap? Union(StringMap? taken, StringMap? more) =>
        taken is null or { Count: 0 } ? more : more is null or { Count: 0 } ? taken : StringMap.From([.. taken, .. more]);
}
