using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Claims;

public sealed class ClaimOwnershipTests
{
    [TestCase("volume.kubernetes.io/storage-provisioner=d", null, true)]
    [TestCase("volume.beta.kubernetes.io/storage-provisioner=d", null, true)]
    [TestCase("volume.kubernetes.io/storage-provisioner=x,volume.beta.kubernetes.io/storage-provisioner=d", null, false)]
    [TestCase("volume.kubernetes.io/storage-provisioner=,volume.beta.kubernetes.io/storage-provisioner=d", null, false)]
    [TestCase("volume.kubernetes.io/storage-provisioner=d", "pv", false)]
    [TestCase("", null, false)]
    public void A_claim_is_ours_by_its_annotation_as_long_as_it_has_no_volume(string annotations, string? volume, bool expected) =>
        Assert.That(ClaimOwnership.IsOurs(Claim(annotations, volume), "d"), Is.EqualTo(expected));

    private const string Ebs = "ebs.csi.aws.com";
    private const string InTree = "volume.kubernetes.io/storage-provisioner=kubernetes.io/aws-ebs";
    private const string BetaInTree = "volume.beta.kubernetes.io/storage-provisioner=kubernetes.io/aws-ebs";

    // 81, 82: the name of the built-in plugin counts only where the cluster has noted that we have taken it over.
    [TestCase(InTree + ",pv.kubernetes.io/migrated-to=ebs.csi.aws.com", Ebs, true)]
    [TestCase(BetaInTree + ",pv.kubernetes.io/migrated-to=ebs.csi.aws.com", Ebs, true)]
    [TestCase("volume.kubernetes.io/storage-provisioner=ebs.csi.aws.com", Ebs, true)]
    [TestCase("volume.kubernetes.io/storage-provisioner=ebs.csi.aws.com,pv.kubernetes.io/migrated-to=x", Ebs, true)]
    [TestCase(InTree, Ebs, false)]
    [TestCase(InTree + ",pv.kubernetes.io/migrated-to=x", Ebs, false)]
    [TestCase(InTree + ",pv.kubernetes.io/migrated-to=kubernetes.io/aws-ebs", Ebs, false)]
    [TestCase("volume.kubernetes.io/storage-provisioner=kubernetes.io/gce-pd,pv.kubernetes.io/migrated-to=ebs.csi.aws.com", Ebs, false)]
    [TestCase("volume.kubernetes.io/storage-provisioner=x,pv.kubernetes.io/migrated-to=ebs.csi.aws.com", Ebs, false)]
    [TestCase("pv.kubernetes.io/migrated-to=ebs.csi.aws.com", Ebs, false)]
    [TestCase("volume.kubernetes.io/storage-provisioner=," + BetaInTree + ",pv.kubernetes.io/migrated-to=ebs.csi.aws.com", Ebs, false)]
    [TestCase(InTree + ",pv.kubernetes.io/migrated-to=d", "d", false)]
    public void A_claim_of_a_built_in_plugin_is_ours_where_we_have_taken_it_over(string annotations, string driver, bool expected) =>
        Assert.That(ClaimOwnership.IsOurs(Claim(annotations), driver), Is.EqualTo(expected));

    [TestCase("ebs.csi.aws.com", Ebs, true)]
    [TestCase("kubernetes.io/aws-ebs", Ebs, true)]
    [TestCase("kubernetes.io/gce-pd", Ebs, false)]
    [TestCase("kubernetes.io/aws-ebs", "d", false)]
    [TestCase("d", "d", true)]
    [TestCase(null, "d", false)]
    public void Whose_a_class_is(string? provisioner, string driver, bool expected) =>
        Assert.That(ClaimOwnership.Serves(new StorageClass { Provisioner = provisioner }, driver), Is.EqualTo(expected));

    [TestCase(null, "", true)]
    [TestCase("Immediate", "", true)]
    [TestCase("WaitForFirstConsumer", "", false)]
    [TestCase("WaitForFirstConsumer", "volume.kubernetes.io/selected-node=", false)]
    [TestCase("WaitForFirstConsumer", "volume.kubernetes.io/selected-node=n1", true)]
    [TestCase("WaitForFirstConsumer", "volume.alpha.kubernetes.io/selected-node=n1", false)]
    public void A_delayed_claim_waits_for_its_node(string? mode, string annotations, bool expected) =>
        Assert.That(ClaimOwnership.IsDue(Claim(annotations), new StorageClass { VolumeBindingMode = mode }), Is.EqualTo(expected));

    [Test]
    public void The_beta_annotation_names_the_class_before_the_field()
    {
        var claim = Claim("volume.beta.kubernetes.io/storage-class=beta");
        claim.Spec.StorageClassName = "field";
        Assert.That(ClaimOwnership.ClassOf(claim), Is.EqualTo("beta"));
        Assert.That(ClaimOwnership.ClassOf(Claim("")), Is.Empty);
    }

    private static PersistentVolumeClaim Claim(string annotations, string? volume = null) => new()
    {
        Metadata =
        {
            Annotations = StringMap.From(annotations.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(a => new KeyValuePair<string, string>(a.Split('=')[0], a.Split('=')[1]))),
        },
        Spec = { VolumeName = volume },
    };
}
