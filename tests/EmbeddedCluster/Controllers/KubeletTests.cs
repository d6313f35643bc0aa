using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

internal sealed class KubeletTests : DriverTest
{
    [Test]
    public void A_registered_driver_stands_in_the_node_s_CSINode()
    {
        var entry = Storage.Get("csinodes", null, NodeName).Value.ToJson().Array("spec", "drivers").Objects().Single();
        Assert.That(entry.Text("name"), Is.EqualTo("csi.example.com"));
        Assert.That(entry.Text("nodeID"), Is.EqualTo("id-of-node-1"));
        Started.UnregisterDriver("csi.example.com");
        Assert.That(Storage.Get("csinodes", null, NodeName).Value.ToJson().Array("spec", "drivers"), Is.Empty);
    }

    [Test]
    public async Task A_pod_runs_after_its_volume_is_attached_and_published()
    {
        await MakeBoundPod();
        var pod = (await UntilPhase("pods", "pod", "Running")).ToJson();
        var name = AttachmentName("handle-pv-1");
        Assert.Multiple(() =>
        {
            Assert.That(pod.Array("status", "conditions").Objects().Single(c => c.Text("type") == "Ready").Text("status"), Is.EqualTo("True"));
            Assert.That(Storage.Get("volumeattachments", null, name).Value.ToJson().Flag("status", "attached"), Is.True);
            Assert.That(Driver.Calls.Of("ControllerPublishVolume"), Has.Count.EqualTo(1));
            Assert.That(Driver.Calls.Of("NodePublishVolume"), Has.Count.EqualTo(1));
            Assert.That(InUse(), Is.EqualTo(new[] { "kubernetes.io/csi/csi.example.com^handle-pv-1" }));
        });
    }

    [Test]
    public async Task An_attachment_is_told_of_once()
    {
        Driver.Answer("NodePublishVolume", DriverRule.Fail(StatusCode.Internal, "no disk today"), DriverRule.Fail(StatusCode.Internal, "nor now"), DriverRule.Default);
        await MakeBoundPod();
        await UntilPhase("pods", "pod", "Running");
        var told = Storage.List("events").Items.Select(e => e.ToJson()).Where(e => e.Text("reason") == "SuccessfulAttachVolume").ToList();
        Assert.That(told.Select(e => (e.Text("involvedObject", "name"), e.Integer("count"))), Is.EqualTo(new[] { ("pod", (long?)1) }));
        Assert.That(Storage.List("events").Items.Select(e => e.ToJson().Text("reason")), Does.Not.Contain("FailedAttachVolume"));
    }

    [Test]
    public async Task A_node_has_its_lease_and_says_what_it_has()
    {
        var lease = Storage.Get("leases", "kube-node-lease", NodeName).Value.ToJson();
        Assert.That(lease.Text("spec", "holderIdentity"), Is.EqualTo(NodeName));
        var node = Storage.Get("nodes", null, NodeName).Value.ToJson();
        Assert.That(new[] { "cpu", "memory", "ephemeral-storage", "pods" }.Select(resource => node.Text("status", "allocatable", resource)), Is.All.Not.Empty);
        Storage.Delete("nodes", null, NodeName);
        await UntilGone("leases", NodeName, "kube-node-lease");
    }

    [Test]
    public async Task A_deleted_pod_goes_only_after_its_volume_and_then_the_volume_is_detached()
    {
        await MakeBoundPod();
        await UntilPhase("pods", "pod", "Running");
        Storage.Delete("pods", "default", "pod");
        await UntilGone("pods", "pod");
        Assert.That(Driver.Calls.Of("NodeUnpublishVolume"), Has.Count.EqualTo(1));
        await UntilGone("volumeattachments", AttachmentName("handle-pv-1"));
        Assert.Multiple(() =>
        {
            Assert.That(Driver.Calls.Of("ControllerUnpublishVolume"), Has.Count.EqualTo(1));
            Assert.That(InUse(), Is.Empty);
        });
    }

    [Test]
    public async Task A_driver_that_fails_is_quoted_in_the_pod_s_event_and_asked_again()
    {
        Driver.Answer("NodePublishVolume", DriverRule.Fail(StatusCode.Internal, "no disk today"), DriverRule.Default);
        await MakeBoundPod();
        Assert.That(await UntilEvent("pod", "FailedMount"), Does.Contain("pv-1").And.Contain("no disk today"));
        await UntilPhase("pods", "pod", "Running");
    }

    [Test]
    public async Task A_failed_attachment_is_shown_and_reported_to_the_pod_and_tried_again()
    {
        Driver.Answer("ControllerPublishVolume", DriverRule.Fail(StatusCode.ResourceExhausted, "node is full"), DriverRule.Default);
        await MakeBoundPod();
        Assert.That(await UntilEvent("pod", "FailedAttachVolume"), Does.Contain("node is full"));
        await UntilPhase("pods", "pod", "Running");
    }

    [Test]
    public async Task A_volume_that_cannot_be_taken_away_keeps_the_pod_and_the_attachment()
    {
        Driver.Answer("NodeUnpublishVolume", DriverRule.Fail(StatusCode.Internal, "still busy"));
        await MakeBoundPod();
        await UntilPhase("pods", "pod", "Running");
        Storage.Delete("pods", "default", "pod");
        Assert.That(await UntilEvent("pod", "FailedUnMount"), Does.Contain("still busy"));
        Assert.Multiple(() =>
        {
            Assert.That(Storage.Get("pods", "default", "pod").Object, Is.Not.Null);
            Assert.That(Storage.Get("volumeattachments", null, AttachmentName("handle-pv-1")).Value.IsBeingDeleted, Is.False);
            Assert.That(Driver.Calls.Of("ControllerUnpublishVolume"), Is.Empty);
        });
        Driver.Answer("NodeUnpublishVolume");
        await UntilGone("pods", "pod");
    }

    [Test]
    public async Task A_pod_removed_by_force_loses_its_volume_as_well_and_the_volume_is_detached()
    {
        await MakeBoundPod();
        await UntilPhase("pods", "pod", "Running");
        var published = Target(Driver.Calls.Of("NodePublishVolume")[0]);
        Storage.Delete("pods", "default", "pod", new DeleteOptions { GracePeriodSeconds = 0 });
        Assert.That(Storage.Get("pods", "default", "pod").Object, Is.Null, "nobody is waited for");
        await UntilGone("volumeattachments", AttachmentName("handle-pv-1"));
        Assert.Multiple(() =>
        {
            Assert.That(Target(Driver.Calls.Of("NodeUnpublishVolume").Single()), Is.EqualTo(published));
            Assert.That(InUse(), Is.Empty);
        });
    }

    [Test]
    public async Task A_pod_made_anew_under_the_name_of_one_removed_by_force_runs_and_the_former_s_volume_is_taken_away()
    {
        await MakeBoundPod();
        await UntilPhase("pods", "pod", "Running");
        var former = Target(Driver.Calls.Of("NodePublishVolume")[0]);
        Driver.Answer("NodeUnpublishVolume", DriverRule.Fail(StatusCode.Internal, "still busy"), DriverRule.Default);
        Storage.Delete("pods", "default", "pod", new DeleteOptions { GracePeriodSeconds = 0 });
        MakePod("pod", "claim");
        await UntilPhase("pods", "pod", "Running");
        Assert.Multiple(() =>
        {
            Assert.That(Driver.Calls.Of("NodeUnpublishVolume").Select(Target), Is.All.EqualTo(former).And.Exactly(2).Items);
            Assert.That(Target(Driver.Calls.Of("NodePublishVolume")[^1]), Is.Not.EqualTo(former));
            Assert.That(InUse(), Is.EqualTo(new[] { "kubernetes.io/csi/csi.example.com^handle-pv-1" }));
        });
    }

    [Test]
    public async Task A_pod_that_has_ended_keeps_its_object_and_no_volume()
    {
        await MakeBoundPod();
        await UntilPhase("pods", "pod", "Running");
        var pod = Storage.Get("pods", "default", "pod").Value.ToJson();
        pod["status"]!["phase"] = "Succeeded";
        _ = Storage.UpdateStatus("pods", pod).Value;
        await UntilGone("volumeattachments", AttachmentName("handle-pv-1"));
        Assert.Multiple(() =>
        {
            Assert.That(Driver.Calls.Of("NodeUnpublishVolume"), Has.Count.EqualTo(1));
            Assert.That(Storage.Get("pods", "default", "pod").Object, Is.Not.Null);
        });
    }

    [Test]
    public async Task A_namespace_goes_with_its_running_pod_only_after_the_volume_was_taken_away()
    {
        Make("namespaces", """{"metadata":{"name":"shop"}}""");
        MakeClass();
        var claim = Make("persistentvolumeclaims", """
            {"metadata": {"name": "claim", "namespace": "shop"},
             "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"} }, "storageClassName": "fast"} }
            """);
        Make("persistentvolumes", $$"""
            {"metadata": {"name": "pv-1", "annotations": {"pv.kubernetes.io/provisioned-by": "csi.example.com"} },
             "spec": {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Delete", "storageClassName": "fast",
                      "csi": {"driver": "csi.example.com", "volumeHandle": "handle-pv-1"},
                      "claimRef": {"namespace": "shop", "name": "claim", "uid": "{{claim.Uid}}"} } }
            """);
        Make("pods", """
            {"metadata": {"name": "pod", "namespace": "shop"},
             "spec": {"containers": [{"name": "c", "image": "i"}], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "claim"} }]} }
            """);
        await UntilPhase("pods", "pod", "Running");
        Driver.Answer("NodeUnpublishVolume", DriverRule.Fail(StatusCode.Internal, "still busy"), DriverRule.Default);
        Storage.Delete("namespaces", null, "shop");
        Assert.That(Storage.Get("pods", "shop", "pod").Value.IsBeingDeleted, "it is given the time it needs");
        await UntilGone("namespaces", "shop");
        await UntilGone("volumeattachments", AttachmentName("handle-pv-1"));
        Assert.Multiple(() =>
        {
            Assert.That(Driver.Calls.Of("NodeUnpublishVolume"), Has.Count.EqualTo(2));
            Assert.That(Driver.Calls.Of("ControllerUnpublishVolume"), Has.Count.EqualTo(1));
            Assert.That(InUse(), Is.Empty);
        });
    }

    [Test]
    public async Task Where_the_driver_needs_no_attaching_there_is_no_attachment()
    {
        Make("csidrivers", """{"metadata":{"name":"csi.example.com"},"spec":{"attachRequired":false}}""");
        await MakeBoundPod();
        await UntilPhase("pods", "pod", "Running");
        Assert.That(Storage.List("volumeattachments").Items, Is.Empty);
    }

    [Test]
    public async Task A_driver_that_does_not_know_its_node_is_not_registered()
    {
        Driver.Answer("NodeGetInfo", DriverRule.Answer("{}"));
        await Assert.ThatAsync(
            async () => await Started.RegisterDriver(Driver.Address, CancellationToken.None).WithinLimit(),
            Throws.InvalidOperationException.With.Message.Contains("node_id"));
    }

    [Test]
    public async Task Registering_where_nobody_listens_fails_with_the_address()
    {
        using var directory = new TemporaryDirectory();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        var address = Csi.CsiAddress.Parse(directory.File("nobody.sock"), out _)!;
        await Assert.ThatAsync(
            async () => await Started.RegisterDriver(address, limit.Token).WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Pods_that_go_side_by_side_leave_no_volume_that_is_shown_in_use()
    {
        const int Pods = 8;
        MakeClass();
        for (var round = 0; round < 5; round++)
        {
            foreach (var i in Enumerable.Range(0, Pods))
            {
                MakeVolume($"pv-{round}-{i}", MakeClaim($"claim-{round}-{i}"));
                MakePod($"pod-{round}-{i}", $"claim-{round}-{i}");
            }

            foreach (var i in Enumerable.Range(0, Pods)) await UntilPhase("pods", $"pod-{round}-{i}", "Running");
            foreach (var i in Enumerable.Range(0, Pods)) Storage.Delete("pods", "default", $"pod-{round}-{i}");
            foreach (var i in Enumerable.Range(0, Pods)) await UntilGone("volumeattachments", AttachmentName($"handle-pv-{round}-{i}"));
            Assert.That(InUse(), Is.Empty);
        }
    }

    private static string Target(DriverCall call) => (string)call.Request["target_path"]!;

    private async Task MakeBoundPod()
    {
        MakeClass();
        MakeVolume("pv-1", MakeClaim());
        await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        MakePod("pod", "claim");
    }

    private IEnumerable<string> InUse() => Storage.Get("nodes", null, NodeName).Value.ToJson().Array("status", "volumesInUse").Texts();

    private static string AttachmentName(string handle) =>
        Sidecars.EmbeddedCluster.Controllers.AttachmentName.Of(handle, "csi.example.com", NodeName);
}
