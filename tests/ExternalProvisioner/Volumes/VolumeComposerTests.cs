using Csi.V1;
using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Objects;
using ModeType = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.ExternalProvisioner.Tests.Volumes;

public sealed class VolumeComposerTests
{
    private const long Gi = 1L << 30;
    private static readonly DriverFacts s_driver = new("d", new PluginCapabilities(), new ControllerCapabilities(), "identity");
    private static readonly StorageClass s_class = new() { Metadata = { Name = "fast" }, Provisioner = "d", ReclaimPolicy = "Delete", MountOptions = ["a", "b"] };

    [TestCase(0, "1Gi")]
    [TestCase(Gi, "1Gi")]
    [TestCase(3 * Gi / 2, "1536Mi")]
    [TestCase(1_500_000_000, "1500000000")]
    [TestCase(100, "100")]
    public void The_capacity_is_what_the_driver_made_or_what_was_asked_for(long made, string expected) =>
        Assert.That(Compose(made: new Volume { VolumeId = "v", CapacityBytes = made }).Spec.Capacity!["storage"], Is.EqualTo(expected));

    [Test]
    public void The_drivers_own_attribute_wins_over_ours()
    {
        var made = new Volume { VolumeId = "v" };
        made.VolumeContext.Add("storage.kubernetes.io/csiProvisionerIdentity", "theirs");
        made.VolumeContext.Add("x", "y");
        Assert.That(Compose(made: made).Spec.Csi!.VolumeAttributes, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["storage.kubernetes.io/csiProvisionerIdentity"] = "theirs", ["x"] = "y",
        }));
    }

    [Test]
    public void A_block_volume_has_no_file_system()
    {
        var claim = Claim();
        claim.Spec.VolumeMode = "Block";
        Assert.That(Compose(claim).Spec.Csi!.FsType, Is.Null);
        Assert.That(Compose().Spec.Csi!.FsType, Is.EqualTo("ext4"));
    }

    [TestCase(true, new[] { ModeType.MultiNodeReaderOnly }, true)]
    [TestCase(false, new[] { ModeType.MultiNodeReaderOnly }, false)]
    [TestCase(true, new[] { ModeType.MultiNodeReaderOnly, ModeType.SingleNodeWriter }, false)]
    [TestCase(true, new[] { ModeType.SingleNodeWriter }, false)]
    public void Only_a_purely_read_only_claim_is_published_read_only(bool flag, ModeType[] modes, bool expected) =>
        Assert.That(Compose(modes: modes, publishesReadOnly: flag).Spec.Csi!.ReadOnly, Is.EqualTo(expected));

    [Test]
    public void The_modify_secret_is_noted_on_the_volume_only_where_there_is_one()
    {
        var none = VolumeSecrets.None;
        Assert.That(Compose(secrets: none).Metadata.Annotations!.Has("volume.kubernetes.io/controller-modify-secret-name"), Is.False);
        Assert.That(Compose(secrets: none).Annotation("volume.kubernetes.io/provisioner-deletion-secret-name"), Is.Empty);
        var modify = none with { ControllerModify = new SecretReference("n", "ns") };
        Assert.That(Compose(secrets: modify).Annotation("volume.kubernetes.io/controller-modify-secret-namespace"), Is.EqualTo("ns"));
    }

    private static PersistentVolume Compose(
        PersistentVolumeClaim? claim = null, Volume? made = null, ModeType[]? modes = null, bool publishesReadOnly = false, VolumeSecrets? secrets = null)
    {
        var draft = new RequestDraft(claim ?? Claim(), s_class, "pvc-u") { FsType = "ext4", Secrets = secrets ?? VolumeSecrets.None };
        var request = draft.Csi;
        request.CapacityRange.RequiredBytes = Gi;
        foreach (var mode in modes ?? [ModeType.SingleNodeWriter])
            request.VolumeCapabilities.Add(new VolumeCapability { AccessMode = new VolumeCapability.Types.AccessMode { Mode = mode } });
        return new VolumeComposer(s_driver, publishesReadOnly).Compose(new MadeVolume(draft, made ?? new Volume { VolumeId = "v" }));
    }

    private static PersistentVolumeClaim Claim() => new() { Metadata = { Name = "c", Namespace = "ns", Uid = "u", ResourceVersion = 7 }, Spec = { AccessModes = ["ReadWriteOnce"] } };
}
