using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Sources;

/// <summary>When a volume can be a clone of another claim's (provisioner contract 5.10, acceptance 52 to 54). Each case changes one thing of what would do.</summary>
internal sealed class CloneSourceTests
{
    private const long Gibibyte = 1L << 30;

    internal sealed class Scene
    {
        public PersistentVolumeClaim Source { get; } = new()
        {
            Metadata = { Namespace = "ns", Name = "source", Uid = "s-uid" },
            Spec = { StorageClassName = "other-class", VolumeName = "pv", Resources = new() { Requests = StringMap.From([new("storage", "1Gi")]) } },
            Status = new() { Phase = "Bound" },
        };

        public PersistentVolume Volume { get; } = new()
        {
            Metadata = { Name = "pv" },
            Spec = new VolumeSpec { Csi = new() { Driver = "d", VolumeHandle = "h" }, ClaimRef = new() { Namespace = "ns", Name = "source", Uid = "s-uid" } },
            Status = new() { Phase = "Bound" },
        };

        public PersistentVolumeClaim Claim { get; } = new() { Metadata = { Namespace = "ns", Name = "claim", Uid = "u" }, Spec = { StorageClassName = "sc" } };

        public long Asked { get; set; } = Gibibyte;

        public bool IsUnderWay { get; set; }

        public string? Problem()
        {
            var request = new RequestDraft(Claim, new StorageClass { Metadata = { Name = "sc" }, Provisioner = "d" }, "v");
            request.Csi.CapacityRange.RequiredBytes = Asked;
            return CloneSource.Problem(Source, request, IsUnderWay) ?? CloneSource.Problem(Volume, Source, request);
        }
    }

    private static TestCaseData Case(string name, Action<Scene> change, string? expected) => new TestCaseData(change, expected).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Cases() =>
    [
        Case("of another class", _ => { }, null),
        Case("pending", s => s.Source.Status!.Phase = "Pending", "must be Bound"),
        Case("lost", s => s.Source.Status!.Phase = "Lost", "must be Bound"),
        Case("in no phase", s => s.Source.Status = null, "must be Bound"),
        Case("deleting", s => s.Source.Metadata.DeletionTimestamp = DateTime.UnixEpoch, "is being deleted"),
        Case("deleting, held, and the driver is at work", s =>
            (s.Source.Metadata.DeletionTimestamp, s.Source.Metadata.Finalizers, s.IsUnderWay) = (DateTime.UnixEpoch, [SourceProtection.CloneFinalizer], true), null),
        Case("deleting, held, and the driver was not asked", s =>
            (s.Source.Metadata.DeletionTimestamp, s.Source.Metadata.Finalizers) = (DateTime.UnixEpoch, [SourceProtection.CloneFinalizer]), "is being deleted"),
        Case("without a class", s => s.Source.Spec.StorageClassName = null, "names no storage class"),
        Case("for a claim without a class", s => s.Claim.Spec.StorageClassName = null, "names no storage class"),
        Case("too small", s => s.Asked = Gibibyte - 1, "error, new PVC request must be greater than or equal in size"),
        Case("larger", s => s.Asked = 2 * Gibibyte, null),
        Case("without a volume", s => s.Source.Spec.VolumeName = "", "names no volume"),
        Case("on no CSI driver", s => s.Volume.Spec.Csi = null, "claim in dataSource not bound or invalid"),
        Case("of another driver", s => s.Volume.Spec.Csi!.Driver = "other", "claim in dataSource not bound or invalid"),
        Case("volume of nobody", s => s.Volume.Spec.ClaimRef = null, "claim in dataSource not bound or invalid"),
        Case("volume of another uid", s => s.Volume.Spec.ClaimRef!.Uid = "x", "claim in dataSource not bound or invalid"),
        Case("volume of another namespace", s => s.Volume.Spec.ClaimRef!.Namespace = "x", "claim in dataSource not bound or invalid"),
        Case("volume of another name", s => s.Volume.Spec.ClaimRef!.Name = "x", "claim in dataSource not bound or invalid"),
        Case("volume released", s => s.Volume.Status!.Phase = "Released", "claim in dataSource not bound or invalid"),
        Case("volume in no phase", s => s.Volume.Status = null, "claim in dataSource not bound or invalid"),
        Case("of another mode", s => s.Claim.Spec.VolumeMode = "Block", "must have the same volume mode for cloning"),
        Case("of another mode the other way", s => s.Source.Spec.VolumeMode = "Block", "must have the same volume mode for cloning"),
        Case("of the mode that is meant by none", s => s.Source.Spec.VolumeMode = "Filesystem", null),
    ];

    [TestCaseSource(nameof(Cases))]
    public void A_claim_is_cloned(Action<Scene> change, string? expected)
    {
        var scene = new Scene();
        change(scene);
        Assert.That(scene.Problem(), expected is null ? Is.Null : Does.Contain(expected));
    }
}
