namespace Sidecars.Playground.Tests;

/// <summary>What the display makes of long names.</summary>
internal sealed class ShortNamesTests
{
    [TestCase("PersistentVolume pvc-748d349f-d337-4fd7-9a7e-450ad810632a: bound", "PersistentVolume pvc-748d349f…632a: bound")]
    [TestCase("VolumeAttachment csi-4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945: attached", "VolumeAttachment csi-4f53cda1…b945: attached")]
    [TestCase("pvc-748d349f-d337-4fd7-9a7e-450ad810632a of pvc-648d349f-d337-4fd7-9a7e-450ad810632b", "pvc-748d349f…632a of pvc-648d349f…632b")]
    [TestCase("Pod default/announcement: running", "Pod default/announcement: running")]
    [TestCase("/tmp/playground-deadbeef/kubeconfig", "/tmp/playground-deadbeef/kubeconfig")]
    [TestCase("deadbeefdeadbeefdeadbeefdeadbee", "deadbeefdeadbeefdeadbeefdeadbee")]
    [TestCase("xdeadbeefdeadbeefdeadbeefdeadbeef0", "xdeadbeefdeadbeefdeadbeefdeadbeef0")]
    [TestCase("", "")]
    public void Uids_and_hashes_are_shortened_in_the_middle_and_nothing_else(string text, string shortened) =>
        Assert.That(ShortNames.Of(text), Is.EqualTo(shortened));
}
