namespace Sidecars.SnapshotController.Secrets;

/// <summary>Under which keys a class names the secret that a snapshot is deleted with, and how a template refers to what it is for.</summary>
/// <param name="Kind">Name in error messages.</param>
/// <param name="NameKey">Key of the name.</param>
/// <param name="NamespaceKey">Key of the namespace.</param>
/// <param name="Content">Token of the content's name, before <c>.name</c>.</param>
/// <param name="Snapshot">Token of the snapshot, before <c>.name</c> and <c>.namespace</c>.</param>
internal sealed record SecretKeys(string Kind, string NameKey, string NamespaceKey, string Content, string Snapshot)
{
    private const string Prefix = "csi.storage.k8s.io/";

    public static readonly SecretKeys OfSnapshots =
        new("Snapshotter", Prefix + "snapshotter-secret-name", Prefix + "snapshotter-secret-namespace", "volumesnapshotcontent", "volumesnapshot");

    public static readonly SecretKeys OfGroups =
        new("GroupSnapshotter", Prefix + "group-snapshotter-secret-name", Prefix + "group-snapshotter-secret-namespace",
            "volumegroupsnapshotcontent", "volumegroupsnapshot");
}
