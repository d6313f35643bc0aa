using Sidecars.ExternalAttacher.Requests;
using Sidecars.Kubernetes.Leading;

namespace Sidecars.ExternalAttacher.Tests.Requests;

/// <summary>The originals' words where access modes have no translation, and names as other programs know them.</summary>
internal sealed class AttachModesTests
{
    [TestCase("ReadWriteOncePod ReadOnlyMany", "Kubernetes does not support use of ReadWriteOncePod with other access modes on the same PersistentVolume")]
    [TestCase("ReadWriteMany ReadWriteOncePod", "Kubernetes does not support use of ReadWriteOncePod with other access modes on the same PersistentVolume")]
    [TestCase("ReadOnlyMany ReadWriteOnce", "CSI does not support ReadOnlyMany and ReadWriteOnce on the same PersistentVolume")]
    [TestCase("", "unsupported AccessMode combination: []")]
    [TestCase("WriteNever", "unsupported AccessMode combination: [WriteNever]")]
    public void Modes_that_have_no_translation_are_named(string modes, string error)
    {
        Assert.That(AttachModes.TryCombine(modes.Split(' ', StringSplitOptions.RemoveEmptyEntries), false, out _, out var said), Is.False);
        Assert.That(said, Is.EqualTo(error));
    }

    [TestCase("csi.example.com", "external-attacher/csi-example-com")]
    [TestCase("csi/test", "external-attacher/csi-test")]
    [TestCase("s!a@n#i$t(i%z^e&d*", "external-attacher/s-a-n-i-t-i-z-e-d-X")]
    [TestCase(@"a\", "external-attacher/a-X")]
    public void The_finalizer_is_made_of_the_drivers_name(string driver, string finalizer) => Assert.That(WellKnown.FinalizerOf(driver), Is.EqualTo(finalizer));

    [Test]
    public void The_lease_is_made_of_the_drivers_name() =>
        Assert.That(LeaderElectionOptions.Sanitise(WellKnown.LeaseOf("ebs.csi.aws.com")), Is.EqualTo("external-attacher-leader-ebs-csi-aws-com"));
}
