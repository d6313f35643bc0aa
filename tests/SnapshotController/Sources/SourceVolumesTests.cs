using System.Text.Json;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Sources;

namespace Sidecars.SnapshotController.Tests.Sources;

/// <summary>What of a volume whoever waits for it is brought up by: a cluster changes its volumes all the time.</summary>
internal sealed class SourceVolumesTests
{
    private const string Known = """{"metadata":{"name":"v","uid":"u"},"spec":{"csi":{"driver":"d","volumeHandle":"h"},"claimRef":{"namespace":"ns","name":"a","uid":"1"}}}""";

    [TestCase(Known, false, "ns/a", TestName = "Nothing_is_new")]
    [TestCase("""{"metadata":{"name":"v","uid":"u","labels":{"a":"b"}},"spec":{"capacity":{"storage":"2Gi"},"csi":{"driver":"d","volumeHandle":"h"},"claimRef":{"namespace":"ns","name":"a","uid":"1","resourceVersion":"7"}},"status":{"phase":"Released"}}""",
        false, "ns/a", TestName = "What_a_snapshot_does_not_need_is_new")]
    [TestCase(null, true, "ns/a", TestName = "The_volume_is_gone")]
    [TestCase("""{"metadata":{"name":"v","uid":"w"},"spec":{"csi":{"driver":"d","volumeHandle":"h"},"claimRef":{"namespace":"ns","name":"a","uid":"1"}}}""",
        true, "ns/a", TestName = "It_was_made_anew")]
    [TestCase("""{"metadata":{"name":"v","uid":"u"},"spec":{"csi":{"driver":"d","volumeHandle":"i"},"claimRef":{"namespace":"ns","name":"a","uid":"1"}}}""",
        true, "ns/a", TestName = "Its_handle_is_another")]
    [TestCase("""{"metadata":{"name":"v","uid":"u"},"spec":{"csi":{"driver":"e","volumeHandle":"h"},"claimRef":{"namespace":"ns","name":"a","uid":"1"}}}""",
        true, "ns/a", TestName = "Its_driver_is_another")]
    [TestCase("""{"metadata":{"name":"v","uid":"u"},"spec":{"csi":{"driver":"d","volumeHandle":"h"},"claimRef":{"namespace":"ns","name":"b","uid":"1"}}}""",
        true, "ns/a ns/b", TestName = "It_belongs_to_another_claim")]
    [TestCase("""{"metadata":{"name":"v","uid":"u"},"spec":{"csi":{"driver":"d","volumeHandle":"h"},"claimRef":{"namespace":"ns","name":"a","uid":"2"}}}""",
        true, "ns/a", TestName = "It_belongs_to_a_claim_that_was_made_anew")]
    [TestCase("""{"metadata":{"name":"v","uid":"u"},"spec":{"csi":{"driver":"d","volumeHandle":"h"}}}""", true, "ns/a", TestName = "It_belongs_to_nobody")]
    public void A_change_of_a_volume(string? now, bool isAnother, string claims)
    {
        var (old, changed) = (Volume(Known), Volume(now));
        Assert.That((SourceVolumes.IsAnother(old, changed), SourceVolumes.IsAnother(changed, old)), Is.EqualTo((isAnother, isAnother)));
        Assert.That(string.Join(' ', SourceVolumes.ClaimsOf(new(old, changed)).Select(c => c.ToString())), Is.EqualTo(claims));
    }

    private static PersistentVolume? Volume(string? json) => json is null ? null : JsonSerializer.Deserialize(json, Resources.PersistentVolumes.Item);
}
