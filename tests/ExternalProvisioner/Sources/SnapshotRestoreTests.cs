using Sidecars.ExternalProvisioner.Migration;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Sources;

/// <summary>When a volume can be restored from a snapshot (provisioner contract 5.9, acceptance 45 to 49). Each case changes one thing of what would do.</summary>
internal sealed class SnapshotRestoreTests
{
    private const string Ours = "provisioner.storage.kubernetes.io/volumesnapshot-as-source-protection";
    private const long Gibibyte = 1L << 30;

    internal sealed class Scene
    {
        public VolumeSnapshot Snapshot { get; } = new()
        {
            Metadata = { Namespace = "ns", Name = "s", Uid = "s-uid" },
            Status = new SnapshotStatus { BoundVolumeSnapshotContentName = "c", ReadyToUse = true, RestoreSize = "1Gi" },
        };

        public VolumeSnapshotContent Content { get; } = new()
        {
            Metadata = { Name = "c" },
            Spec = { Driver = "d", VolumeSnapshotRef = new ObjectReference { Namespace = "ns", Name = "s", Uid = "s-uid" } },
            Status = new SnapshotContentStatus { SnapshotHandle = "h" },
        };

        public PersistentVolumeClaim Claim { get; } = new() { Metadata = { Namespace = "ns", Name = "claim", Uid = "u" } };

        public long Asked { get; set; } = Gibibyte;

        public bool PreventsConversion { get; set; } = true;

        public string? Problem()
        {
            var request = new RequestDraft(Claim, new StorageClass { Metadata = { Name = "sc" }, Provisioner = "d" }, "v");
            request.Csi.CapacityRange.RequiredBytes = Asked;
            return SnapshotRestore.Problem(Snapshot) ?? SnapshotRestore.Problem(Snapshot, Content, request, PreventsConversion);
        }
    }

    [TestCase("pxd.portworx.com", "kubernetes.io/portworx-volume", "pxd.portworx.com")]
    [TestCase("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "kubernetes.io/aws-ebs")]
    [TestCase("ebs.csi.aws.com", "ebs.csi.aws.com", "ebs.csi.aws.com")]
    public async Task Whose_snapshots_a_class_takes_is_said_by_the_plugin_it_is_of(string driver, string provisioner, string expected)
    {
        var request = new RequestDraft(new Scene().Claim, new StorageClass { Provisioner = provisioner }, "v");
        Assert.That(await new ClassTranslationPart(driver).Add(request, CancellationToken.None), Is.Null);
        Assert.That((request.SourceDriver, request.Class.Provisioner), Is.EqualTo((expected, provisioner)));
    }

    private static TestCaseData Case(string name, Action<Scene> change, string? expected) => new TestCaseData(change, expected).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Cases() =>
    [
        Case("all is well", _ => { }, null),
        Case("deleting", s => s.Snapshot.Metadata.DeletionTimestamp = DateTime.UnixEpoch, "snapshot s is being deleted"),
        Case("deleting, held by others", s => (s.Snapshot.Metadata.DeletionTimestamp, s.Snapshot.Metadata.Finalizers) = (DateTime.UnixEpoch, ["other"]), "snapshot s is being deleted"),
        Case("deleting, held by us", s => (s.Snapshot.Metadata.DeletionTimestamp, s.Snapshot.Metadata.Finalizers) = (DateTime.UnixEpoch, ["other", Ours]), null),
        Case("without a status", s => s.Snapshot.Status = null, "snapshot s not bound"),
        Case("without a content", s => s.Snapshot.Status!.BoundVolumeSnapshotContentName = "", "snapshot s not bound"),
        Case("content of nobody", s => s.Content.Spec.VolumeSnapshotRef = null, "is bound to a different snapshot"),
        Case("content of another uid", s => s.Content.Spec.VolumeSnapshotRef!.Uid = "x", "is bound to a different snapshot"),
        Case("content of another namespace", s => s.Content.Spec.VolumeSnapshotRef!.Namespace = "x", "is bound to a different snapshot"),
        Case("content of another name", s => s.Content.Spec.VolumeSnapshotRef!.Name = "x", "is bound to a different snapshot"),
        Case("of another driver", s => s.Content.Spec.Driver = "other", "is not handled by CSI driver of StorageClass sc"),
        Case("of no driver", s => s.Content.Spec.Driver = null, "is not handled by CSI driver of StorageClass sc"),
        Case("not ready", s => s.Snapshot.Status!.ReadyToUse = false, "snapshot s is not Ready"),
        Case("nobody knows whether it is ready", s => s.Snapshot.Status!.ReadyToUse = null, "snapshot s is not Ready"),
        Case("content without a status", s => s.Content.Status = null, "snapshot handle s is not available"),
        Case("content without a handle", s => s.Content.Status!.SnapshotHandle = null, "snapshot handle s is not available"),
        Case("too small", s => s.Asked = Gibibyte - 1, $"requested volume size {Gibibyte - 1} is less than the size {Gibibyte} for the source snapshot s"),
        Case("larger", s => s.Asked = 2 * Gibibyte, null),
        Case("of unknown size", s => (s.Snapshot.Status!.RestoreSize, s.Asked) = (null, 1), null),
        Case("of size zero", s => (s.Snapshot.Status!.RestoreSize, s.Asked) = ("0", 1), null),
        Case("of no size", s => s.Snapshot.Status!.RestoreSize = "much", "is not a quantity"),
        Case("of another mode", s => (s.Content.Spec.SourceVolumeMode, s.Claim.Spec.VolumeMode) = ("Filesystem", "Block"), "modifies the mode of the source volume but does not have permission to do so"),
        Case("of the same mode", s => (s.Content.Spec.SourceVolumeMode, s.Claim.Spec.VolumeMode) = ("Block", "Block"), null),
        Case("of a mode nobody knows", s => s.Claim.Spec.VolumeMode = "Block", null),
        Case("for no mode", s => s.Content.Spec.SourceVolumeMode = "Block", null),
        Case("of another mode, unguarded", s => (s.Content.Spec.SourceVolumeMode, s.Claim.Spec.VolumeMode, s.PreventsConversion) = ("Filesystem", "Block", false), null),
    ];

    [TestCaseSource(nameof(Cases))]
    public void A_snapshot_is_restored(Action<Scene> change, string? expected)
    {
        var scene = new Scene();
        change(scene);
        Assert.That(scene.Problem(), expected is null ? Is.Null : Does.Contain(expected));
    }

    [TestCase("true", true)]
    [TestCase("True", true)]
    [TestCase("T", true)]
    [TestCase("1", true)]
    [TestCase("false", false)]
    [TestCase("yes", false)]
    [TestCase("tRUE", false)]
    [TestCase("", false)]
    public void Another_mode_needs_a_permission_on_the_content(string annotation, bool isPermitted)
    {
        var scene = new Scene();
        (scene.Content.Spec.SourceVolumeMode, scene.Claim.Spec.VolumeMode) = ("Filesystem", "Block");
        scene.Content.Metadata.Annotations = StringMap.From([new("snapshot.storage.kubernetes.io/allow-volume-mode-change", annotation)]);
        Assert.That(scene.Problem(), isPermitted ? Is.Null : Does.Contain("does not have permission"));
    }
}
