using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Sources;

namespace Sidecars.SnapshotController.Tests.Sources;

/// <summary>Which snapshot a claim waits to be filled from.</summary>
internal sealed class RestoresTests
{
    private const string Group = "snapshot.storage.k8s.io";

    [TestCase("Pending", "", "ns/s")]
    [TestCase(null, "", "ns/s")]
    [TestCase("Bound", "pv", null)]
    [TestCase("Pending", "pv", null)]
    public void A_claim_that_waits(string? phase, string volume, string? source) =>
        Assert.That(Text(Claim(phase, volume, new DataSource { ApiGroup = Group, Kind = "VolumeSnapshot", Name = "s" }, null)), Is.EqualTo(source));

    [TestCase(Group, "VolumeSnapshot", "other", "other/s")]
    [TestCase(Group, "VolumeSnapshot", null, "ns/s")]
    [TestCase("example.com", "VolumeSnapshot", null, null)]
    [TestCase(Group, "Other", null, null)]
    public void A_reference_that_may_name_another_namespace(string group, string kind, string? ns, string? source) =>
        Assert.That(Text(Claim("Pending", "", null, new DataSource { ApiGroup = group, Kind = kind, Name = "s", Namespace = ns })), Is.EqualTo(source));

    private static string? Text(PersistentVolumeClaim claim) => Restores.SourceOf(claim)?.ToString();

    private static PersistentVolumeClaim Claim(string? phase, string volume, DataSource? source, DataSource? reference) => new()
    {
        Metadata = new ObjectMeta { Name = "c", Namespace = "ns" },
        Spec = new ClaimSpec { VolumeName = volume, DataSource = source, DataSourceRef = reference },
        Status = phase is null ? null : new ClaimStatus { Phase = phase },
    };
}
