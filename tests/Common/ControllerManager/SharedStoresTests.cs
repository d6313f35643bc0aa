using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ControllerManager.Tests;

/// <summary>What is kept of an object that several read.</summary>
internal sealed class SharedStoresTests
{
    private static readonly string[] s_orders = ["provisioner attacher", "attacher provisioner", "provisioner", "attacher"];

    [Test]
    public void Readers_of_one_resource_share_its_store()
    {
        var stores = new SharedStores();
        var one = stores.Of(Resources.StorageClasses, (_, _) => { });
        Assert.That(stores.Of(Resources.StorageClasses, (_, _) => { }), Is.SameAs(one));
    }

    [Test]
    public void A_part_of_a_resource_has_a_store_of_its_own()
    {
        var stores = new SharedStores();
        var whole = stores.Of(Resources.PersistentVolumeClaims, (_, _) => { });
        var part = stores.Of(Resources.PersistentVolumeClaims, (_, _) => { }, part: new WatchedPart("ns", "a=b"));
        Assert.That(part, Is.Not.SameAs(whole));
        Assert.That(stores.Of(Resources.PersistentVolumeClaims, (_, _) => { }, part: new WatchedPart("ns", "a=b")), Is.SameAs(part));
        Assert.That(stores.Of(Resources.PersistentVolumeClaims, (_, _) => { }, part: new WatchedPart(null, null)), Is.SameAs(whole));
    }

    /// <summary>In whatever order readers come, each finds what it reads, as if it were alone.</summary>
    [TestCaseSource(nameof(s_orders))]
    public void Each_reader_finds_what_it_reads(string order)
    {
        var stores = new SharedStores();
        ExternalProvisioner.Caches? provisioner = null;
        ExternalAttacher.Caches? attacher = null;
        foreach (var reader in order.Split(' '))
        {
            if (reader is "provisioner") provisioner = new ExternalProvisioner.Caches(stores, new("d"), attaches: true);
            else attacher = new ExternalAttacher.Caches(stores, Attacher);
        }
        var volumes = provisioner?.Volumes ?? attacher!.Volumes;
        var attachments = provisioner?.Attachments ?? attacher!.Attachments;
        foreach (var driver in (string[])["d", "other"])
        {
            volumes.Fold(Volume(driver));
            attachments.Fold(Attachment(driver));
        }

        if (provisioner is not null)
        {
            var own = provisioner.FindVolume("pv-d")!;
            Assert.That((own.Spec.Csi!.VolumeHandle, own.Spec.ClaimRef!.Uid, own.Spec.PersistentVolumeReclaimPolicy, own.Status!.Phase), Is.EqualTo(("h", "u", "Delete", "Bound")));
            Assert.That(own.Annotation("pv.kubernetes.io/provisioned-by"), Is.EqualTo("d"));
            Assert.That(provisioner.FindVolume("pv-other")!.Spec.ClaimRef!.Uid, Is.EqualTo("u"), "whose claim the name is taken for");
            Assert.That(provisioner.AttachmentsByVolume.First("pv-other")!.Spec.NodeName, Is.EqualTo("n"));
        }
        if (attacher is not null)
        {
            var own = attacher.FindVolume("pv-d")!;
            Assert.That((own.Spec.Csi!.FsType, own.Spec.AccessModes![0], own.Metadata.Finalizers![0]), Is.EqualTo(("xfs", "ReadWriteOnce", "f")));
            Assert.That(own.Spec.Csi.VolumeAttributes!["a"], Is.EqualTo("b"));
            Assert.That(attacher.IsKnown(attacher.FindVolume("pv-other")!), Is.False);
            Assert.That(attacher.FindAttachment("va-other"), Is.Null);
            Assert.That(attacher.AttachmentsByVolume.First("pv-other"), Is.Null);
            Assert.That(attacher.FindAttachment("va-d")!.Annotation("csi.alpha.kubernetes.io/node-id"), Is.EqualTo("id"));
        }
        var kept = volumes.Find(new ObjectKey(null, "pv-other"))!;
        Assert.That((kept.Metadata.Finalizers, kept.Spec.AccessModes, kept.Spec.Csi), Is.EqualTo(((string[]?)null, (string[]?)null, (CsiVolumeSource?)null)), "nobody reads it");
        Assert.That(volumes.Find(new ObjectKey(null, "pv-d"))!.Spec.Capacity, Is.Null, "nobody reads it");
    }

    [TestCase("provisioner attacher snapshots")]
    [TestCase("snapshots provisioner attacher")]
    [TestCase("attacher snapshots provisioner")]
    [TestCase("snapshots")]
    public void The_snapshot_controller_finds_what_it_reads_beside_them(string order)
    {
        var stores = new SharedStores();
        SnapshotController.Caches? snapshots = null;
        foreach (var reader in order.Split(' '))
        {
            if (reader is "provisioner") _ = new ExternalProvisioner.Caches(stores, new("d"), attaches: true);
            else if (reader is "attacher") _ = new ExternalAttacher.Caches(stores, Attacher);
            else snapshots = new SnapshotController.Caches(stores, new SnapshotController.SnapshotControllerOptions());
        }
        snapshots!.Claims.Fold(new PersistentVolumeClaim
        {
            Metadata = { Namespace = "ns", Name = "c", Uid = "u", ResourceVersion = 4, Labels = StringMap.From([new("a", "b")]), Finalizers = ["snapshot.storage.kubernetes.io/pvc-as-source-protection"] },
            Spec = new ClaimSpec { VolumeName = "pv-d" },
            Status = new ClaimStatus { Phase = "Bound" },
        });
        foreach (var driver in (string[])["d", "other"])
        {
            snapshots.Volumes.Fold(Volume(driver));
            var volume = snapshots.FindVolume($"pv-{driver}")!;
            Assert.That((volume.Spec.Csi!.Driver, volume.Spec.Csi.VolumeHandle, volume.Spec.ClaimRef!.Name, volume.Spec.ClaimRef.Uid), Is.EqualTo((driver, "h", "c", "u")));
            Assert.That(snapshots.VolumesByHandle!.First($"{driver}^h"), Is.SameAs(volume));
        }
        var claim = snapshots.Claims.Find(new ObjectKey("ns", "c"))!;
        Assert.That((claim.Spec.VolumeName, claim.Status!.Phase, claim.Metadata.Labels!["a"], claim.Metadata.Finalizers!.Length), Is.EqualTo(("pv-d", "Bound", "b", 1)));
    }

    [TestCase("provisioner attacher snapshots resizer")]
    [TestCase("resizer snapshots provisioner attacher")]
    [TestCase("attacher resizer provisioner")]
    [TestCase("resizer")]
    public void The_resizer_finds_what_it_reads_beside_them(string order)
    {
        var stores = new SharedStores();
        ExternalResizer.Caches? resizer = null;
        foreach (var reader in order.Split(' '))
        {
            if (reader is "provisioner") _ = new ExternalProvisioner.Caches(stores, new("d"), attaches: true);
            else if (reader is "attacher") _ = new ExternalAttacher.Caches(stores, Attacher);
            else if (reader is "snapshots") _ = new SnapshotController.Caches(stores, new SnapshotController.SnapshotControllerOptions());
            else resizer = new ExternalResizer.Caches(stores, new ExternalResizer.DriverFacts("d", Attacher.Controller, ExternalResizer.ExpansionWay.Controller));
        }
        resizer!.Claims.Fold(new PersistentVolumeClaim
        {
            Metadata = { Namespace = "ns", Name = "c", Uid = "u", ResourceVersion = 4, Annotations = StringMap.From([new("volume.kubernetes.io/node-expansion-not-required", "true"), new("somebody's", "own")]) },
            Spec = new ClaimSpec { VolumeName = "pv-d", VolumeAttributesClassName = "gold", Resources = new ResourceRequirements { Requests = StringMap.From([new("storage", "2Gi")]) } },
            Status = new ClaimStatus { Phase = "Bound", Capacity = StringMap.From([new("storage", "1Gi")]), Conditions = [new ClaimCondition { Type = "Resizing", Status = "True" }] },
        });
        foreach (var driver in (string[])["d", "other"]) resizer.Volumes.Fold(Volume(driver));
        var claim = resizer.FindClaim("ns/c")!;
        Assert.That((claim.Spec.Resources!.Requests!["storage"], claim.Status!.Capacity!["storage"], claim.Spec.VolumeAttributesClassName), Is.EqualTo(("2Gi", "1Gi", "gold")));
        Assert.That((claim.Status.Conditions![0].Type, claim.Annotation("volume.kubernetes.io/node-expansion-not-required")), Is.EqualTo(("Resizing", "true")));
        var volume = resizer.VolumeOf(claim)!;
        Assert.That((volume.Spec.Capacity!["storage"], volume.Spec.AccessModes![0], volume.Spec.Csi!.VolumeHandle, volume.Spec.Csi.FsType), Is.EqualTo(("1Gi", "ReadWriteOnce", "h", "xfs")));
        Assert.That(resizer.Volumes.Find(new ObjectKey(null, "pv-other"))?.Spec.Capacity, Is.Null, "nobody reads it");
    }

    private static ExternalAttacher.DriverFacts Attacher => new("d", new Csi.ControllerCapabilities(new global::Csi.V1.ControllerGetCapabilitiesResponse
    {
        Capabilities =
        {
            new global::Csi.V1.ControllerServiceCapability
            {
                Rpc = new() { Type = global::Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type.PublishUnpublishVolume },
            },
        },
    }));

    private static PersistentVolume Volume(string driver) => new()
    {
        Metadata =
        {
            Name = $"pv-{driver}", Uid = "uid", ResourceVersion = 5, Finalizers = ["f"],
            Annotations = StringMap.From([new("pv.kubernetes.io/provisioned-by", driver), new("somebody's", "own")]),
        },
        Spec = new VolumeSpec
        {
            Capacity = StringMap.From([new("storage", "1Gi")]),
            AccessModes = ["ReadWriteOnce"],
            PersistentVolumeReclaimPolicy = "Delete",
            ClaimRef = new ObjectReference { Namespace = "ns", Name = "c", Uid = "u", Kind = "PersistentVolumeClaim" },
            Csi = new CsiVolumeSource { Driver = driver, VolumeHandle = "h", FsType = "xfs", VolumeAttributes = StringMap.From([new("a", "b")]) },
        },
        Status = new VolumeStatus { Phase = "Bound" },
    };

    private static VolumeAttachment Attachment(string driver) => new()
    {
        Metadata =
        {
            Name = $"va-{driver}", Uid = "uid", ResourceVersion = 6,
            Annotations = StringMap.From([new("csi.alpha.kubernetes.io/node-id", "id"), new("somebody's", "own")]),
        },
        Spec = new AttachmentSpec { Attacher = driver, NodeName = "n", Source = new AttachmentSource { PersistentVolumeName = $"pv-{driver}" } },
        Status = new AttachmentStatus { Attached = true },
    };
}
