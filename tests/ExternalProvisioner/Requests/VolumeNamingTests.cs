using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Tests.Requests;

public sealed class VolumeNamingTests
{
    private const string Uid = "0123abcd-1111-2222-3333-444455556666";

    [TestCase("pvc", -1, "pvc-" + Uid)]
    [TestCase("test", 10, "test-0123abcd11")]
    [TestCase("test", 32, "test-0123abcd111122223333444455556666")]
    [TestCase("test", 0, "test-")]
    public void Names_are_made_of_the_uid(string prefix, int length, string expected) =>
        Assert.That(new VolumeNaming(prefix, length).Of(Uid).Name, Is.EqualTo(expected));

    [TestCase("", Uid, "volume name prefix cannot be of length 0")]
    [TestCase("pvc", "", "corrupted PVC object, it is missing UID")]
    public void What_has_no_name_is_an_error(string prefix, string uid, string expected) =>
        Assert.That(new VolumeNaming(prefix, -1).Of(uid).Error, Is.EqualTo(expected));

    [Test]
    public void A_uid_shorter_than_asked_for_is_taken_whole() => Assert.That(new VolumeNaming("p", 20).Of("testid").Name, Is.EqualTo("p-testid"));

    [TestCase("pvc-" + Uid, null)]
    [TestCase("pvc-0123abcd11", null)]
    [TestCase("pvc-0123abc", "spoiled")] // of too few digits
    [TestCase("pvc-0123abce11", "spoiled")]
    [TestCase("-" + Uid, "spoiled")]
    [TestCase(Uid, "spoiled")]
    [TestCase("../../etc; rm -rf /-" + Uid, "spoiled")]
    [TestCase("PVC-" + Uid, "spoiled")]
    [TestCase("old-" + Uid, "another prefix")]
    [TestCase("pvc-9999abcd-1111-2222-3333-444455556666-" + Uid, "another prefix")]
    public void A_noted_name_is_believed_where_it_is_one_of_ours_for_that_uid(string name, string? why)
    {
        Assert.That(VolumeNaming.IsOf(name, Uid), Is.EqualTo(why is not "spoiled"));
        if (why is not "spoiled") Assert.That(new VolumeNaming("pvc", -1).Disbelief(name, Uid), why is null ? Is.Null : Does.Contain("former --volume-name-prefix"));
    }

    [TestCase(-2)]
    [TestCase(0)] // all claims would have one name
    [TestCase(33)]
    public void A_length_no_uid_has_is_refused_at_the_start(int length) => Assert.That(VolumeNaming.Problem(length), Does.Contain("--volume-name-uuid-length"));

    [TestCase(-1)]
    [TestCase(1)]
    [TestCase(32)]
    public void Every_possible_length_is_accepted(int length) => Assert.That(VolumeNaming.Problem(length), Is.Null);
}
