using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;

namespace Sidecars.SnapshotController.Tests.Contents;

/// <summary>Names of contents (snapshot API contract 10).</summary>
internal sealed class ContentNamesTests
{
    [Test]
    public void Of_a_member_the_digest_of_group_and_volume()
    {
        var digest = ContentNames.MemberDigest("uid", "handle");
        Assert.That(digest, Is.EqualTo("4888fb23f417fea4ae44a3aedae303f90011f242a3d3eaa6b006f7277dec6042"));
        Assert.That(ContentNames.ContentOfMember(ContentNames.Member(digest)), Is.EqualTo(ContentNames.MemberContent(digest)));
    }

    [TestCase("bound", "given", null, "bound")]
    [TestCase(null, "given", null, "given")]
    [TestCase(null, null, "claim", "snapcontent-u")]
    [TestCase(null, null, null, null)]
    public void Of_a_snapshot(string? bound, string? given, string? claim, string? name) => Assert.That(ContentNames.Of(new VolumeSnapshot
    {
        Metadata = new ObjectMeta { Name = "s", Uid = "u" },
        Spec = new SnapshotSpec { Source = new SnapshotSource { PersistentVolumeClaimName = claim, VolumeSnapshotContentName = given } },
        Status = new SnapshotStatus { BoundVolumeSnapshotContentName = bound },
    }), Is.EqualTo(name));

    [TestCase("beta")]
    [TestCase("v1beta2")]
    [TestCase("v1")]
    public void A_member_is_one_in_whichever_version_its_group_was_written(string version) => Assert.That(ContentNames.Of(new VolumeSnapshot
    {
        Metadata = new ObjectMeta { Name = "snapshot-abc", Uid = "u", OwnerReferences = [new OwnerReference { ApiVersion = $"groupsnapshot.storage.k8s.io/{version}", Kind = "VolumeGroupSnapshot", Name = "g", Uid = "g" }] },
        Spec = new SnapshotSpec { Source = new SnapshotSource { PersistentVolumeClaimName = "" } },
    }), Is.EqualTo("snapcontent-abc"));
}
