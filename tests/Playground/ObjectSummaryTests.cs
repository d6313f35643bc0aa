using System.Text.Json;

namespace Sidecars.Playground.Tests;

internal sealed class ObjectSummaryTests
{
    [TestCase("PersistentVolumeClaim", """{"status":{"phase":"Pending"}}""", "waiting for a volume")]
    [TestCase("PersistentVolumeClaim", """{"metadata":{"annotations":{"volume.kubernetes.io/storage-provisioner":"d"}},"status":{"phase":"Pending"}}""",
        "being provisioned by d")]
    [TestCase("PersistentVolumeClaim", """{"spec":{"volumeName":"pv"},"status":{"phase":"Bound","capacity":{"storage":"5Gi"}}}""", "bound to pv, 5Gi")]
    [TestCase("PersistentVolumeClaim", """{"spec":{"volumeName":"pv","resources":{"requests":{"storage":"8Gi"}}},"status":{"phase":"Bound","capacity":{"storage":"5Gi"}}}""", "bound to pv, 5Gi, asks for 8Gi")]
    [TestCase("PersistentVolumeClaim", """{"spec":{"volumeName":"pv","resources":{"requests":{"storage":"1500Mi"}}},"status":{"phase":"Bound","capacity":{"storage":"2Gi"}}}""", "bound to pv, 2Gi")]
    [TestCase("PersistentVolumeClaim", """{"status":{"phase":"Lost"}}""", "lost its volume")]
    [TestCase("PersistentVolume", """{"spec":{"capacity":{"storage":"5Gi"},"csi":{"driver":"d","volumeHandle":"h"}},"status":{"phase":"Released"}}""",
        "released, 5Gi, volume h of d")]
    [TestCase("Pod", """{"status":{"phase":"Pending"}}""", "waiting for a node")]
    [TestCase("Pod", """{"spec":{"nodeName":"n"},"status":{"phase":"Pending"}}""", "on n, waiting for its volumes")]
    [TestCase("Pod", """{"spec":{"nodeName":"n"},"status":{"phase":"Running"}}""", "running on n, its volumes are published")]
    [TestCase("VolumeAttachment", """{"spec":{"nodeName":"n","source":{"persistentVolumeName":"pv"}},"status":{"attached":true}}""", "pv is attached to n")]
    [TestCase("VolumeAttachment", """{"spec":{"nodeName":"n","source":{"persistentVolumeName":"pv"}},"status":{"attachError":{"message":"no"}}}""",
        "attaching pv to n failed: no")]
    [TestCase("PersistentVolumeClaim", """{"metadata":{"deletionTimestamp":"t"},"status":{"phase":"Lost"}}""", "lost its volume, being deleted")]
    [TestCase("CSIDriver", """{"spec":{"attachRequired":true}}""", "registered, its volumes are attached")]
    [TestCase("CSIDriver", """{"spec":{"attachRequired":false}}""", "registered, its volumes need no attaching")]
    [TestCase("CSINode", """{"spec":{"drivers":[{"name":"a"},{"name":"b"}]}}""", "has a, b")]
    [TestCase("CSINode", """{"spec":{"drivers":null}}""", "has no driver")]
    [TestCase("CSIStorageCapacity", """{"storageClassName":"c","capacity":"9Gi","maximumVolumeSize":"2Gi","nodeTopology":{"matchLabels":{"k":"n"}}}""",
        "room for volumes of 2Gi of class c on n")]
    [TestCase("CSIStorageCapacity", """{"storageClassName":"c","capacity":"9Gi"}""", "room for volumes of 9Gi of class c on no node")]
    [TestCase("CSIStorageCapacity", """{"storageClassName":"c","nodeTopology":{"matchLabels":{"k":"n"}}}""", "no room known of class c on n")]
    [TestCase("VolumeSnapshot", """{"spec":{"source":{"persistentVolumeClaimName":"c"}}}""", "being taken of claim c")]
    [TestCase("VolumeSnapshot", """{"spec":{"source":{"persistentVolumeClaimName":"c"}},"status":{"readyToUse":true,"restoreSize":"5Gi"}}""",
        "ready to use, 5Gi of claim c")]
    [TestCase("VolumeSnapshot", """{"spec":{"source":{"volumeSnapshotContentName":"s"}},"status":{"readyToUse":false,"error":{"message":"no"}}}""",
        "not ready, of content s: no")]
    [TestCase("VolumeSnapshotContent", "{}", "waiting for the driver")]
    [TestCase("VolumeSnapshotContent", """{"spec":{"driver":"d"},"status":{"readyToUse":true,"snapshotHandle":"h"}}""", "ready, snapshot h of d")]
    [TestCase("VolumeSnapshotContent", """{"spec":{"driver":"d"},"status":{"readyToUse":false,"error":{"message":"no"}}}""", "not ready: no")]
    [TestCase("Secret", "{}", "exists")]
    public void States_are_told_in_plain_words(string kind, string json, string summary)
    {
        using var document = JsonDocument.Parse(json);
        Assert.That(ObjectSummary.Of(kind, document.RootElement), Is.EqualTo(summary));
    }

    [Test]
    public void Csi_calls_are_counted_from_log_lines_of_sidecars()
    {
        var board = new Board(TimeProvider.System);
        board.ReadLogLine("""I1123 07:49:26.355837 1 connection.go] "GRPC call" method="/csi.v1.Controller/CreateVolume" request="{}" """);
        board.ReadLogLine("""I1123 07:49:26.355837 1 connection.go] "GRPC response" response="{}" """);
        board.CountCall("NodeStageVolume");
        board.CountCall("NodeStageVolume");
        Assert.That(board.Calls, Is.EqualTo("CreateVolume 1, NodeStageVolume 2"));
    }
}
