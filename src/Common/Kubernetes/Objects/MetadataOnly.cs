namespace Sidecars.Kubernetes.Objects;

/// <summary>An object of which only the metadata is read: a bookmark, or the answer to a deletion.</summary>
public sealed class MetadataOnly : KubeObject;
