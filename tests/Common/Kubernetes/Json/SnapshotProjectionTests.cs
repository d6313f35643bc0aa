using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Tests.Json;

/// <summary>The objects of snapshots: absent is not zero, nanoseconds stay whole, and what is not set is not sent.</summary>
internal sealed class SnapshotProjectionTests
{
    [Test]
    public void A_content_is_read_with_every_nanosecond()
    {
        var content = JsonSerializer.Deserialize("""
            {"metadata":{"name":"c"},"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"sourceVolumeMode":null,
             "volumeSnapshotRef":{"name":"s","namespace":"n","uid":"u","fieldPath":"f"}},
             "status":{"snapshotHandle":"x","creationTime":1735689600123456789,"restoreSize":0,"readyToUse":false,"error":{"time":"2026-01-02T03:04:05Z","message":"m"}}}
            """, KubeJson.Default.VolumeSnapshotContent)!;
        Assert.That((content.Spec.Driver, content.Spec.Source!.VolumeHandle, content.Spec.Source.SnapshotHandle, content.Spec.SourceVolumeMode, content.Spec.VolumeSnapshotRef!.Uid),
            Is.EqualTo(("d", "h", (string?)null, (string?)null, "u")));
        Assert.That((content.Status!.CreationTime, content.Status.RestoreSize, content.Status.ReadyToUse, content.Status.Error!.Message, content.Status.VolumeGroupSnapshotHandle),
            Is.EqualTo(((long?)1735689600123456789, (long?)0, (bool?)false, "m", (string?)null)));
    }

    [Test]
    public void What_a_content_does_not_say_is_absent()
    {
        var content = JsonSerializer.Deserialize("""{"spec":{"source":{}},"status":{}}""", KubeJson.Default.VolumeSnapshotContent)!;
        Assert.That((content.Status!.CreationTime, content.Status.RestoreSize, content.Status.ReadyToUse, content.Status.SnapshotHandle),
            Is.EqualTo(((long?)null, (long?)null, (bool?)null, (string?)null)));
        Assert.That(JsonSerializer.Deserialize("""{"spec":null}""", KubeJson.Default.VolumeSnapshotContent)!.Status, Is.Null);
    }

    [Test]
    public void A_new_content_is_written_without_what_is_not_set()
    {
        var content = new VolumeSnapshotContent
        {
            Metadata = { Name = "c" },
            Spec = { DeletionPolicy = "Delete", Driver = "d", Source = new() { VolumeHandle = "h" }, VolumeSnapshotRef = new() { Namespace = "n", Name = "s", Uid = "u" } },
        };
        Assert.That(JsonSerializer.Serialize(content, KubeJson.Default.VolumeSnapshotContent), Is.EqualTo(
            """{"metadata":{"name":"c"},"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"namespace":"n","name":"s","uid":"u"}}}"""));
    }

    [Test]
    public void False_and_zero_are_written()
    {
        var content = new VolumeSnapshotContent
        {
            Status = new() { ReadyToUse = false, CreationTime = 0, Error = new() { Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(1)), Message = "m" } },
        };
        Assert.That(JsonSerializer.Serialize(content, KubeJson.Default.VolumeSnapshotContent), Is.EqualTo(
            """{"metadata":{},"spec":{},"status":{"creationTime":0,"readyToUse":false,"error":{"time":"2026-01-02T02:04:05Z","message":"m"}}}"""));
    }

    [Test]
    public void A_claim_without_a_name_is_a_source_too()
    {
        var snapshot = JsonSerializer.Deserialize("""
            {"spec":{"source":{"persistentVolumeClaimName":""}},"status":{"creationTime":"2026-01-02T03:04:05Z","restoreSize":1024,"volumeGroupSnapshotName":"g"}}
            """, KubeJson.Default.VolumeSnapshot)!;
        Assert.That((snapshot.Spec.Source!.PersistentVolumeClaimName, snapshot.Spec.Source.VolumeSnapshotContentName), Is.EqualTo(("", (string?)null)));
        Assert.That((snapshot.Status!.CreationTime, snapshot.Status.RestoreSize, snapshot.Status.VolumeGroupSnapshotName),
            Is.EqualTo(((DateTimeOffset?)new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "1024", "g")));
    }

    [Test]
    public void A_group_selects_by_labels_and_by_expressions()
    {
        var group = JsonSerializer.Deserialize("""
            {"spec":{"volumeGroupSnapshotClassName":"c","source":{"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"k","operator":"In","values":["v","w"]}]}}}}
            """, KubeJson.Default.VolumeGroupSnapshot)!;
        var selector = group.Spec.Source!.Selector!;
        Assert.That((selector.MatchLabels!["a"], selector.MatchExpressions![0].Key, selector.MatchExpressions[0].Operator), Is.EqualTo(("b", "k", "In")));
        Assert.That(selector.MatchExpressions[0].Values, Is.EqualTo(["v", "w"]));
    }

    [Test]
    public void The_content_of_a_group_has_a_date_and_its_snapshots_have_nanoseconds()
    {
        const string text = """
            {"metadata":{},"spec":{"source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"g","volumeSnapshotHandles":["s1","s2"]}}},"status":{"volumeGroupSnapshotHandle":"g","creationTime":"2026-01-02T03:04:05Z","readyToUse":true,"volumeSnapshotInfoList":[{"volumeHandle":"v1","snapshotHandle":"s1","creationTime":1735689600123456789,"readyToUse":true,"restoreSize":5},{"snapshotHandle":"s2"}]}}
            """;
        var content = JsonSerializer.Deserialize(text, KubeJson.Default.VolumeGroupSnapshotContent)!;
        Assert.That(JsonSerializer.Serialize(content, KubeJson.Default.VolumeGroupSnapshotContent), Is.EqualTo(text));
        Assert.That(content.Status!.VolumeSnapshotInfoList![0].CreationTime, Is.EqualTo(1735689600123456789));
        Assert.That(content.Status.VolumeSnapshotInfoList[1].ReadyToUse, Is.Null);
    }

    [Test]
    public void A_class_of_either_kind_has_a_driver_a_policy_and_parameters()
    {
        const string text = """{"metadata":{},"driver":"d","deletionPolicy":"Retain","parameters":{"a":"b"}}""";
        var one = JsonSerializer.Deserialize(text, KubeJson.Default.VolumeSnapshotClass)!;
        var group = JsonSerializer.Deserialize(text, KubeJson.Default.VolumeGroupSnapshotClass)!;
        Assert.That((one.Driver, one.DeletionPolicy, one.Parameters!["a"]), Is.EqualTo(("d", "Retain", "b")));
        Assert.That((group.Driver, group.DeletionPolicy, group.Parameters!["a"]), Is.EqualTo(("d", "Retain", "b")));
    }
}
