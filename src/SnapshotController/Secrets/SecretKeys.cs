using Sidecars.Kubernetes.Secrets;

namespace Sidecars.SnapshotController.Secrets;

/// <summary>The secret that a snapshot is deleted with, as a class names it, and how a template refers to what it is for.</summary>
/// <param name="Secret">Under which keys the class names it.</param>
/// <param name="Content">Token of the content's name, before <c>.name</c>.</param>
/// <param name="Snapshot">Token of the snapshot, before <c>.name</c> and <c>.namespace</c>.</param>
internal sealed record SecretKeys(ClassSecret Secret, string Content, string Snapshot)
{
    public static readonly SecretKeys OfSnapshots = new(ClassSecret.Snapshotter, "volumesnapshotcontent", "volumesnapshot");

    public static readonly SecretKeys OfGroups = new(ClassSecret.GroupSnapshotter, "volumegroupsnapshotcontent", "volumegroupsnapshot");
}
