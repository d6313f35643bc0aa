using System.Text;
using System.Text.Json.Nodes;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Snapshots;

namespace Sidecars.SnapshotController.Tests.Snapshots;

/// <summary>What a snapshot's status says by what its content says (snapshot controller contract 5 and 14).</summary>
internal sealed class StatusProjectionTests
{
    private const string Bound = "\"boundVolumeSnapshotContentName\":\"c\"";

    [TestCase("null", "null", """{"boundVolumeSnapshotContentName":"c","readyToUse":false}""", TestName = "Nothing_is_known")]
    [TestCase("{" + Bound + ",\"readyToUse\":false}", "null", null, TestName = "Nothing_has_changed")]
    [TestCase("null", """{"readyToUse":true,"restoreSize":1}""", """{"boundVolumeSnapshotContentName":"c","readyToUse":true,"restoreSize":"1"}""", TestName = "Ready_at_once")]
    [TestCase("null", """{"creationTime":1767225600999999999,"restoreSize":1610612736}""", """{"boundVolumeSnapshotContentName":"c","creationTime":"2026-01-01T00:00:00Z","readyToUse":false,"restoreSize":"1536Mi"}""", TestName = "Taken")]
    [TestCase("null", """{"creationTime":0,"restoreSize":0}""", """{"boundVolumeSnapshotContentName":"c","readyToUse":false}""", TestName = "Neither_time_nor_size_is_known")]
    [TestCase("{" + Bound + ",\"readyToUse\":false,\"restoreSize\":\"0\"}", """{"restoreSize":1024}""", """{"restoreSize":"1Ki"}""", TestName = "A_size_that_comes_late")]
    [TestCase("{" + Bound + ",\"readyToUse\":false,\"restoreSize\":\"1Gi\"}", """{"restoreSize":1024}""", null, TestName = "A_size_stays")]
    [TestCase("{" + Bound + ",\"readyToUse\":false,\"creationTime\":\"2025-01-01T00:00:00Z\"}", """{"creationTime":1767225600000000000}""", null, TestName = "A_time_stays")]
    [TestCase("{" + Bound + ",\"readyToUse\":false}", """{"error":{"message":"m","time":"2026-01-01T00:00:00Z"}}""", """{"error":{"time":"2026-01-01T00:00:00Z","message":"m"}}""", TestName = "An_error")]
    [TestCase("{" + Bound + ",\"readyToUse\":false,\"error\":{\"message\":\"m\"}}", """{"error":{"message":"m","time":"2026-01-01T00:00:00Z"}}""", null, TestName = "The_same_error")]
    [TestCase("{" + Bound + ",\"readyToUse\":false,\"error\":{\"message\":\"m\"}}", """{"readyToUse":false}""", """{"error":null}""", TestName = "An_error_that_is_over")]
    [TestCase("{" + Bound + ",\"error\":{\"message\":\"m\"}}", """{"readyToUse":true,"error":{"message":"n"}}""", """{"readyToUse":true,"error":null}""", TestName = "Ready_ends_an_error")]
    [TestCase("""{"error":{}}""", """{"readyToUse":false}""", """{"boundVolumeSnapshotContentName":"c","readyToUse":false,"error":null}""", TestName = "An_error_without_a_message")]
    public void Projection(string snapshot, string content, string? patch)
    {
        var projection = StatusProjection.Of(Snapshot(snapshot), Content(content), null);
        var written = projection.Patch is { } bytes ? JsonNode.Parse(bytes.Span)!["status"]!.ToJsonString() : null;
        if (patch is null) Assert.That(written, Is.Null);
        else Assert.That(JsonNode.DeepEquals(JsonNode.Parse(written!), JsonNode.Parse(patch)), written);
    }

    [TestCase("null", """{"creationTime":1767225600000000000}""", true, false)]
    [TestCase("null", """{"creationTime":1767225600000000000,"readyToUse":true}""", true, true)]
    [TestCase("null", """{"readyToUse":true}""", true, true)]
    [TestCase("""{"creationTime":"2026-01-01T00:00:00Z"}""", """{"creationTime":1767225600000000000,"readyToUse":true}""", false, true)]
    [TestCase("""{"creationTime":"2026-01-01T00:00:00Z","readyToUse":true}""", """{"creationTime":1767225600000000000,"readyToUse":true}""", false, false)]
    public void What_comes_about(string snapshot, string content, bool created, bool ready)
    {
        var projection = StatusProjection.Of(Snapshot(snapshot), Content(content), null);
        Assert.That((projection.BecomesCreated, projection.BecomesReady, projection.OtherTime), Is.EqualTo((created, ready, ((DateTimeOffset, DateTimeOffset)?)null)));
    }

    [TestCase("1073741824", """{"boundVolumeSnapshotContentName":"c","creationTime":"2026-01-01T00:00:00Z","readyToUse":true,"restoreSize":"1Gi"}""")]
    [TestCase("null", """{"boundVolumeSnapshotContentName":"c","creationTime":"2026-01-01T00:00:00Z","readyToUse":true,"restoreSize":null}""")]
    public void Of_one_that_was_taken_anew_the_new_time_and_size_are_noted(string size, string patch)
    {
        var projection = StatusProjection.Of(Snapshot("""{"creationTime":"2025-01-01T00:00:00Z","restoreSize":"5Gi","readyToUse":false}"""),
            Content($$"""{"creationTime":1767225600000000000,"restoreSize":{{size}},"readyToUse":true}"""), null);
        Assert.That(JsonNode.Parse(projection.Patch!.Value.Span)!["status"]!.ToJsonString(), Is.EqualTo(patch));
        Assert.That((projection.BecomesCreated, projection.OtherTime?.Noted.Year, projection.OtherTime?.Said.Year), Is.EqualTo((false, 2025, 2026)));
    }

    [Test]
    public void The_name_of_the_group_is_added() => Assert.That(
        Encoding.UTF8.GetString(StatusProjection.Of(Snapshot("{" + Bound + ",\"readyToUse\":false}"), Content("null"), "g").Patch!.Value.Span), Does.Contain("\"status\":{\"volumeGroupSnapshotName\":\"g\"}"));

    [Test]
    public void A_patch_names_the_object_and_its_version() => Assert.That(
        Encoding.UTF8.GetString(StatusProjection.Of(Snapshot("null"), Content("null"), null).Patch!.Value.Span), Does.StartWith("""{"metadata":{"uid":"u","resourceVersion":"7"},"""));

    private static VolumeSnapshot Snapshot(string status) => new()
    {
        Metadata = new ObjectMeta { Name = "s", Uid = "u", ResourceVersion = 7 },
        Status = System.Text.Json.JsonSerializer.Deserialize($$"""{"status":{{status}}}""", Sidecars.Kubernetes.Json.KubeJson.Default.VolumeSnapshot)!.Status,
    };

    private static VolumeSnapshotContent Content(string status) => new()
    {
        Metadata = new ObjectMeta { Name = "c" },
        Status = System.Text.Json.JsonSerializer.Deserialize($$"""{"status":{{status}}}""", Sidecars.Kubernetes.Json.KubeJson.Default.VolumeSnapshotContent)!.Status,
    };
}
