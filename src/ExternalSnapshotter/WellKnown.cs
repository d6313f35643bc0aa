namespace Sidecars.ExternalSnapshotter;

/// <summary>Names that other programs of a cluster know; they must match to the letter (snapshot objects 10, snapshotter contract 1.4).</summary>
internal static class WellKnown
{
    /// <summary>Label of contents that the sidecar of one node serves; its value is the name of the node.</summary>
    public const string ManagedByLabel = "snapshot.storage.kubernetes.io/managed-by";

    /// <summary>
    /// Marks the content of a snapshot that was taken with its group: no call of its own ever takes it. Its value is the group's handle.
    /// </summary>
    public const string MemberAnnotation = "groupsnapshot.storage.k8s.io/volumeGroupSnapshotHandle";

    /// <summary>Value of the marks.</summary>
    public const string Yes = "yes";

    /// <summary>Policy by which the driver's snapshot goes with its content.</summary>
    public const string DeletePolicy = "Delete";

    /// <summary>Selects the contents of a driver, where the definition declares the field.</summary>
    public static string SelectorOf(string driver) => $"spec.driver={driver}";

    /// <summary>The lease; a slash is replaced before the name is sanitised.</summary>
    public static string LeaseOf(string driver) => $"external-snapshotter-leader-{driver.Replace('/', '-')}";
}
