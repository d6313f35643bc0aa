namespace Sidecars.Bench;

/// <summary>A resource of the API, and where its objects are.</summary>
/// <param name="Root">The path of its group and version.</param>
/// <param name="Plural">Its name.</param>
/// <param name="Kind">The kind of its objects.</param>
/// <param name="IsNamespaced">Whether its objects are in a namespace; ours then are in <see cref="Namespace"/>.</param>
internal sealed record Resource(string Root, string Plural, string Kind, bool IsNamespaced = false)
{
    /// <summary>The namespace that the bench makes for itself.</summary>
    public const string Namespace = "sidecar-bench";

    private const string Core = "api/v1";
    private const string Storage = "apis/storage.k8s.io/v1";
    private const string Snapshots = "apis/snapshot.storage.k8s.io/v1";

    public static readonly Resource Namespaces = new(Core, "namespaces", "Namespace");
    public static readonly Resource Nodes = new(Core, "nodes", "Node");
    public static readonly Resource Pods = new(Core, "pods", "Pod", IsNamespaced: true);
    public static readonly Resource Events = new(Core, "events", "Event", IsNamespaced: true);
    public static readonly Resource ServiceAccounts = new(Core, "serviceaccounts", "ServiceAccount", IsNamespaced: true);
    public static readonly Resource Claims = new(Core, "persistentvolumeclaims", "PersistentVolumeClaim", IsNamespaced: true);
    public static readonly Resource Volumes = new(Core, "persistentvolumes", "PersistentVolume");
    public static readonly Resource StorageClasses = new(Storage, "storageclasses", "StorageClass");
    public static readonly Resource CsiNodes = new(Storage, "csinodes", "CSINode");
    public static readonly Resource Attachments = new(Storage, "volumeattachments", "VolumeAttachment");
    public static readonly Resource Leases = new("apis/coordination.k8s.io/v1", "leases", "Lease", IsNamespaced: true);
    public static readonly Resource SnapshotClasses = new(Snapshots, "volumesnapshotclasses", "VolumeSnapshotClass");
    public static readonly Resource SnapshotContents = new(Snapshots, "volumesnapshotcontents", "VolumeSnapshotContent");
    public static readonly Resource Definitions = new("apis/apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition");

    /// <summary>The version its objects carry.</summary>
    public string ApiVersion => Root[(Root.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Where all its objects are.</summary>
    public string Everywhere => $"{Root}/{Plural}";

    /// <summary>Where ours are.</summary>
    public string Ours => IsNamespaced ? $"{Root}/namespaces/{Namespace}/{Plural}" : Everywhere;

    /// <summary>Where one of ours is.</summary>
    public string Of(string name) => $"{Ours}/{name}";
}
