using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Tests;

/// <summary>What is kept of objects, and that the rest is let go of at the door.</summary>
internal sealed class ReadingsTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void Of_a_claim_whom_it_belongs_to_and_its_labels_where_groups_are_selected_by_them(bool hasGroups)
    {
        var kept = new PersistentVolumeClaim();
        new Readings(new SnapshotControllerOptions { HasGroups = hasGroups }).Claim(new PersistentVolumeClaim
        {
            Metadata = new ObjectMeta { Name = "c", Uid = "u", Labels = StringMap.From([new("a", "b")]), Annotations = StringMap.From([new("c", "d")]), Finalizers = ["kubernetes.io/pvc-protection"] },
            Spec = new ClaimSpec { VolumeName = "pv", StorageClassName = "fast", AccessModes = ["ReadWriteOnce"], DataSource = new DataSource { Kind = "VolumeSnapshot", ApiGroup = "snapshot.storage.k8s.io", Name = "s" } },
            Status = new ClaimStatus { Phase = "Bound" },
        }, kept);
        Assert.That((kept.Uid, kept.Spec.VolumeName, kept.Status!.Phase, kept.Metadata.Labels is not null), Is.EqualTo(("u", "pv", "Bound", hasGroups)));
        Assert.That((kept.Metadata.Annotations, kept.Metadata.Finalizers, kept.Spec.StorageClassName, kept.Spec.AccessModes, kept.Spec.DataSource), Is.EqualTo(((object?)null, (object?)null, (object?)null, (object?)null, (object?)null)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Of_a_volume_its_handle_its_claim_and_where_it_is_reached_from_where_contents_are_placed(bool isDistributed)
    {
        var kept = new PersistentVolume();
        new Readings(new SnapshotControllerOptions { IsDistributed = isDistributed }).Volume(new PersistentVolume
        {
            Metadata = new ObjectMeta { Name = "pv", Uid = "u", Finalizers = ["a/b"] },
            Spec = new VolumeSpec
            {
                VolumeMode = "Block", StorageClassName = "fast", NodeAffinity = new VolumeNodeAffinity(),
                ClaimRef = new ObjectReference { Namespace = "ns", Name = "c", Uid = "cu", Kind = "PersistentVolumeClaim" },
                Csi = new CsiVolumeSource { Driver = "d", VolumeHandle = "h", FsType = "xfs", VolumeAttributes = StringMap.From([new("a", "b")]) },
            },
        }, kept);
        Assert.That((kept.Spec.Csi!.Driver, kept.Spec.Csi.VolumeHandle, kept.Spec.ClaimRef!.Uid, kept.Spec.VolumeMode, kept.Spec.NodeAffinity is not null), Is.EqualTo(("d", "h", "cu", "Block", isDistributed)));
        Assert.That((kept.Metadata.Finalizers, kept.Spec.StorageClassName, kept.Spec.Csi.FsType, kept.Spec.Csi.VolumeAttributes, kept.Spec.ClaimRef.Kind), Is.EqualTo(((object?)null, (object?)null, (object?)null, (object?)null, (object?)null)));
    }

    [Test]
    public void Of_a_content_the_annotations_that_are_read()
    {
        var kept = new VolumeSnapshotContent();
        new Readings(new SnapshotControllerOptions()).Content(new VolumeSnapshotContent { Metadata = new ObjectMeta { Annotations = StringMap.From([new(WellKnown.BeingCreated, "yes"), new("a", "b")]) } }, kept);
        Assert.That(kept.Metadata.Annotations!.Select(a => a.Key), Is.EqualTo(new[] { WellKnown.BeingCreated }));
    }
}
