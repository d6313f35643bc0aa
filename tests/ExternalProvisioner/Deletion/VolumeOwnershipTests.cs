using System.Text;
using Sidecars.ExternalProvisioner.Deletion;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Deletion;

public sealed class VolumeOwnershipTests
{
    private const string Finalizer = "external-provisioner.volume.kubernetes.io/finalizer";

    [TestCase("pv.kubernetes.io/provisioned-by=d", "other", true)]
    [TestCase("pv.kubernetes.io/provisioned-by=x", "d", false)]
    [TestCase("pv.kubernetes.io/provisioned-by=x,pv.kubernetes.io/migrated-to=d", null, true)]
    [TestCase("", "d", true)]
    [TestCase("", "x", false)]
    [TestCase("pv.kubernetes.io/migrated-to=d", null, true)]
    [TestCase("", null, false)]
    public void Whose_a_volume_is(string annotations, string? csiDriver, bool expected) => IsOurs(annotations, csiDriver, "d", expected);

    [TestCase("pv.kubernetes.io/provisioned-by=kubernetes.io/cinder", null, true)]
    [TestCase("pv.kubernetes.io/provisioned-by=kubernetes.io/cinder", "x", true)]
    [TestCase("pv.kubernetes.io/provisioned-by=x,pv.kubernetes.io/migrated-to=kubernetes.io/cinder", null, true)]
    [TestCase("pv.kubernetes.io/migrated-to=kubernetes.io/cinder", null, true)]
    [TestCase("pv.kubernetes.io/migrated-to=cinder.csi.openstack.org", null, true)]
    [TestCase("pv.kubernetes.io/migrated-to=cinder.csi.openstack.org", "x", false)]
    [TestCase("pv.kubernetes.io/provisioned-by=kubernetes.io/gce-pd", null, false)]
    [TestCase("pv.kubernetes.io/provisioned-by=x,pv.kubernetes.io/migrated-to=pd.csi.storage.gke.io", null, false)]
    public void Whose_a_volume_is_where_we_have_taken_over_a_built_in_plugin(string annotations, string? csiDriver, bool expected) =>
        IsOurs(annotations, csiDriver, "cinder.csi.openstack.org", expected);

    [TestCase("pv.kubernetes.io/provisioned-by=kubernetes.io/cinder")]
    [TestCase("pv.kubernetes.io/migrated-to=kubernetes.io/cinder")]
    public void A_driver_that_has_taken_over_nothing_has_its_own_name_only(string annotations) => IsOurs(annotations, null, "d", false);

    private static void IsOurs(string annotations, string? csiDriver, string driver, bool expected)
    {
        var volume = new PersistentVolume
        {
            Metadata = { Annotations = StringMap.From(annotations.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(a => new KeyValuePair<string, string>(a.Split('=')[0], a.Split('=')[1]))) },
            Spec = { Csi = csiDriver is null ? null : new CsiVolumeSource { Driver = csiDriver } },
        };
        Assert.That(VolumeOwnership.IsOurs(volume, driver), Is.EqualTo(expected));
    }

    //        reclaim   phase       finalizer deleting  needs  sheds  delete
    [TestCase("Delete", "Bound", false, false, true, false, false)]
    [TestCase("Delete", "Bound", true, false, false, false, false)]
    [TestCase("Delete", "Bound", false, true, false, false, false)]
    [TestCase("Delete", "Available", false, false, false, false, false)]
    [TestCase("Delete", "Released", true, false, false, false, true)]
    [TestCase("Delete", "Released", false, false, false, false, true)]
    [TestCase("Delete", "Released", true, true, false, false, true)]
    [TestCase("Delete", "Released", false, true, false, false, false)]
    [TestCase("Delete", "Failed", true, false, false, false, false)]
    [TestCase("Retain", "Released", true, false, false, true, false)]
    [TestCase("Retain", "Released", false, false, false, false, false)]
    [TestCase("Recycle", "Bound", true, false, false, true, false)]
    public void What_a_volume_needs(string reclaim, string phase, bool hasFinalizer, bool isDeleting, bool needs, bool sheds, bool delete)
    {
        var volume = new PersistentVolume
        {
            Metadata = { Finalizers = hasFinalizer ? ["x", Finalizer] : ["x"], DeletionTimestamp = isDeleting ? DateTimeOffset.UnixEpoch : null },
            Spec = { PersistentVolumeReclaimPolicy = reclaim },
            Status = new VolumeStatus { Phase = phase },
        };
        Assert.That(VolumeOwnership.NeedsFinalizer(volume), Is.EqualTo(needs));
        Assert.That(VolumeOwnership.ShedsFinalizer(volume), Is.EqualTo(sheds));
        Assert.That(VolumeOwnership.IsToBeDeleted(volume), Is.EqualTo(delete));
    }

    [Test]
    public void Finalizer_patches_name_one_finalizer_and_the_order()
    {
        Assert.That(Encoding.UTF8.GetString(FinalizerPatch.Add("u", ["a"], "f").Span),
            Is.EqualTo("""{"metadata":{"uid":"u","$setElementOrder/finalizers":["a","f"],"finalizers":["f"]}}"""));
        Assert.That(Encoding.UTF8.GetString(FinalizerPatch.Remove("u", ["a", "f", "b"], "f").Span),
            Is.EqualTo("""{"metadata":{"uid":"u","$deleteFromPrimitiveList/finalizers":["f"],"$setElementOrder/finalizers":["a","b"]}}"""));
    }
}
