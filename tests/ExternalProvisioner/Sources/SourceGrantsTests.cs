using Sidecars.ExternalProvisioner.Sources;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Sources;

/// <summary>Which grants let a claim refer to a snapshot of another namespace (provisioner contract 5.11, acceptance 50 and 51).</summary>
internal sealed class SourceGrantsTests
{
    [TestCase("/PersistentVolumeClaim/ns", "snapshot.storage.k8s.io/VolumeSnapshot/s", true)]
    [TestCase("/PersistentVolumeClaim/ns", "snapshot.storage.k8s.io/VolumeSnapshot/", true)]
    [TestCase("/PersistentVolumeClaim/other", "snapshot.storage.k8s.io/VolumeSnapshot/s", false)]
    [TestCase("apps/PersistentVolumeClaim/ns", "snapshot.storage.k8s.io/VolumeSnapshot/s", false)]
    [TestCase("/Pod/ns", "snapshot.storage.k8s.io/VolumeSnapshot/s", false)]
    [TestCase("/PersistentVolumeClaim/ns", "/VolumeSnapshot/s", false)]
    [TestCase("/PersistentVolumeClaim/ns", "snapshot.storage.k8s.io/PersistentVolumeClaim/s", false)]
    [TestCase("/PersistentVolumeClaim/ns", "snapshot.storage.k8s.io/VolumeSnapshot/t", false)]
    [TestCase("/PersistentVolumeClaim/ns", null, false)]
    [TestCase(null, "snapshot.storage.k8s.io/VolumeSnapshot/s", false)]
    public void A_grant_lets_a_claim_refer(string? from, string? to, bool allows)
    {
        var grant = new ReferenceGrant();
        if (from?.Split('/') is [var fromGroup, var fromKind, var ns]) grant.Spec.From = [new() { Group = "x", Kind = "y", Namespace = "z" }, new() { Group = fromGroup, Kind = fromKind, Namespace = ns }];
        if (to?.Split('/') is [var toGroup, var toKind, var name]) grant.Spec.To = [new() { Group = "x", Kind = "y" }, new() { Group = toGroup, Kind = toKind, Name = name.Length is 0 ? null : name }];
        var claim = new PersistentVolumeClaim { Metadata = { Namespace = "ns", Name = "claim" } };
        var source = new DataSource { ApiGroup = "snapshot.storage.k8s.io", Kind = "VolumeSnapshot", Name = "s", Namespace = "there" };
        Assert.That(SourceGrants.Allows(grant, claim, source), Is.EqualTo(allows));
    }

    [Test]
    public void The_core_group_is_no_group()
    {
        var grant = new ReferenceGrant { Spec = { From = [new() { Kind = "PersistentVolumeClaim", Namespace = "ns" }], To = [new() { Group = "", Kind = "PersistentVolumeClaim" }] } };
        Assert.That(SourceGrants.Allows(grant, new PersistentVolumeClaim { Metadata = { Namespace = "ns" } }, new DataSource { Kind = "PersistentVolumeClaim", Name = "s" }), Is.True);
    }
}
