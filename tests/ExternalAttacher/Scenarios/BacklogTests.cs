using Grpc.Core;
using Sidecars.ControllerManager;
using Sidecars.EmbeddedCluster;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>What the original does not do: complete caches, two lanes, a backlog that speaks, errors that fit and are written once, and nothing kept of
/// what is somebody else's.</summary>
internal sealed class BacklogTests : RigTest
{
    [Test]
    public async Task No_attachment_is_judged_before_all_caches_are_complete()
    {
        var rig = await Prepared();
        var held = rig.Cluster.Faults.Add(new RequestMatch { Resource = World.Nodes }, new FaultAction.Hold());
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await held.Reached.WithinLimit();
        await rig.Log.WaitForLine(l => l.Contains("volumeattachments", StringComparison.Ordinal) && l.StartsWith("Cache is populated", StringComparison.Ordinal));
        await rig.Log.WaitForLine(l => l.Contains("persistentvolumes", StringComparison.Ordinal) && l.StartsWith("Cache is populated", StringComparison.Ordinal));
        Assert.That(rig.Writes, Is.Empty);
        held.Release();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Writes, Has.None.Matches<Write>(w => w!.Body.Contains("attachError", StringComparison.Ordinal)));
    }

    [Test]
    public async Task Detaches_that_hang_do_not_hold_up_an_attach_while_there_is_a_worker_left()
    {
        const int hanging = 5;
        var options = new RigOptions();
        var rig = await Prepared(options with { Attacher = options.Attacher with { WorkerThreads = hanging + 1 } });
        using var gate = rig.Driver.Hold("ControllerUnpublishVolume");
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        for (var i = 0; i < hanging; i++)
        {
            rig.World.Add(new TestAttachment($"old-{i}").Attached());
            rig.World.Delete(World.Attachments, $"old-{i}");
        }
        await rig.Run();
        await rig.Driver.WaitForCalls("ControllerUnpublishVolume", hanging);
        rig.World.Add(new TestAttachment());
        await rig.World.UntilAttached("va");
        Assert.That(rig.Unpublished, Has.Count.EqualTo(hanging), "they still hang");
    }

    [Test]
    public async Task Where_as_many_detaches_hang_as_there_are_workers_an_attach_is_the_next_when_one_of_them_ends()
    {
        var options = new RigOptions();
        var rig = await Prepared(options with { Attacher = options.Attacher with { WorkerThreads = 1, Timeout = TimeSpan.FromSeconds(1) } });
        using var gate = rig.Driver.Hold("ControllerUnpublishVolume");
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        for (var i = 0; i < 5; i++)
        {
            rig.World.Add(new TestAttachment($"old-{i}").Attached());
            rig.World.Delete(World.Attachments, $"old-{i}");
        }
        await rig.Run();
        await gate.Entered.WithinLimit();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilAttached("va");
        Assert.That(rig.Unpublished, Has.Count.LessThanOrEqualTo(2), "no more than the one that hung, and one that was in line before the attach came");
    }

    [Test]
    public async Task An_error_that_says_the_same_is_written_once()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.Driver.WaitForCalls("ControllerPublishVolume", 5);
        Assert.That(rig.WrittenTo("va"), Is.EqualTo((string[])["volumeattachments", "volumeattachments/status"]));
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, "still busy"));
        await rig.World.UntilError("va", text: "still busy");
    }

    [Test]
    public async Task An_error_longer_than_the_server_takes_is_cut_and_not_lost()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, new string('ä', 2000)));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        var message = await rig.World.UntilError("va");
        Assert.That(message, Does.StartWith("rpc error: code = Internal desc = ää").And.EndsWith("ä"));
        Assert.That(System.Text.Encoding.UTF8.GetByteCount(message), Is.InRange(1021, 1024));
    }

    [Test]
    public async Task The_backlog_and_its_age_are_metrics()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilError("va");
        await rig.Fence(); // which waits too
        rig.Advance(TimeSpan.FromMilliseconds(700));
        Assert.That(rig.MetricLines(), Has.Member("""csi_attacher_waiting_attachments{operation="attach"} 2""")
            .And.Member("""csi_attacher_waiting_attachments{operation="detach"} 0""").And.Member("""csi_attacher_oldest_waiting_attachment_seconds{operation="attach"} 0.7"""));

        rig.Driver.Answer("ControllerPublishVolume");
        rig.Advance(TimeSpan.FromSeconds(1));
        await rig.World.UntilAttached("va");
        await rig.Log.WaitForLine(l => l.StartsWith("Attached", StringComparison.Ordinal));
        Assert.That(rig.MetricLines(), Has.Member("""csi_attacher_waiting_attachments{operation="attach"} 1"""));
    }

    [Test]
    public async Task An_attach_that_ends_does_not_end_the_wait_for_the_detach_that_follows_it()
    {
        var rig = await Prepared();
        var gate = rig.Driver.Hold("ControllerPublishVolume");
        rig.Driver.Answer("ControllerUnpublishVolume", Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Attachments, "va");
        // The attacher has heard of the deletion when it has heard of what came after it.
        rig.World.Add(new TestAttachment("later").Of("none"));
        await rig.World.UntilError("later");
        gate.Release();
        await rig.World.UntilError("va", "detachError");
        Assert.That(rig.MetricLines(), Has.Member("""csi_attacher_waiting_attachments{operation="detach"} 1"""));
    }

    [Test]
    public async Task Who_waits_half_a_minute_is_told_why_and_when_the_next_try_is()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilError("va");
        await rig.Fence();
        rig.Advance(TimeSpan.FromSeconds(29));
        await rig.Driver.WaitForCalls("ControllerPublishVolume", 2);
        await rig.Fence();
        Assert.That(rig.World.EventObjectsAbout("va"), Is.Empty);
        rig.Advance(TimeSpan.FromSeconds(1));
        var told = await rig.World.UntilEventObject("va", "AttachmentDelayed");
        Assert.That(World.Text(told, "type"), Is.EqualTo("Warning"));
        Assert.That(World.Text(told, "message"), Does.Match(
            @"^volume pv is not attached to node n1 after 30 s; next try at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ; reason: rpc error: code = Internal desc = busy$"));
    }

    [Test]
    public async Task Who_begins_to_wait_later_is_told_in_time_though_another_has_been_told_before()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        using var slow = rig.Cluster.Faults.Add(new RequestMatch { Verb = "create", Resource = "events" }, new FaultAction.Hold(), skip: 1, times: 1);
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilError("va");
        await rig.Fence();
        rig.Advance(TimeSpan.FromSeconds(30));
        await rig.World.UntilEventObject("va", "AttachmentDelayed");

        rig.World.Add(new TestAttachment("late"));
        await rig.World.UntilError("late");
        await rig.Fence();
        await slow.Reached.WithinLimit(); // an event is being written when the clock moves
        rig.Advance(TimeSpan.FromSeconds(30));
        slow.Release();
        await rig.World.UntilEventObject("late", "AttachmentDelayed");
    }

    [Test]
    public async Task A_user_gets_another_try_by_changing_an_annotation_and_not_by_our_own_error()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilError("va");
        rig.World.Patch(World.Attachments, "va", """{"status":{"attachError":{"message":"somebody else's words"}}}""", "status");
        await rig.Fence();
        Assert.That(rig.Published, Has.Count.EqualTo(1));
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"annotations":{"try":"again"}}}""");
        await rig.Driver.WaitForCalls("ControllerPublishVolume", 2);
    }

    [Test]
    public async Task The_resync_tries_again_whatever_the_pause()
    {
        var rig = await Prepared(RigOptions.WithStandingClock with
        {
            Attacher = new AttacherOptions { WorkerThreads = 1, RetryIntervalStart = TimeSpan.FromHours(1), RetryIntervalMax = TimeSpan.FromHours(1), Resync = TimeSpan.FromSeconds(10) },
        });
        rig.World.AddNode("n1", "node-1");
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilError("va");
        rig.World.Add(new TestVolume());
        await rig.Fence();
        Assert.That(rig.Published, Is.Empty);
        rig.Advance(TimeSpan.FromSeconds(10));
        await rig.World.UntilAttached("va");
    }

    [Test]
    public void Of_what_is_somebody_elses_only_the_key_is_kept()
    {
        var caches = new Caches(new SharedStores(), new DriverFacts("csi.example.com", default));
        var foreign = new VolumeAttachment
        {
            ApiVersion = "storage.k8s.io/v1", Kind = "VolumeAttachment",
            Metadata = new ObjectMeta { Name = "va", Uid = "u", ResourceVersion = 7, Finalizers = ["f"], Annotations = StringMap.From([new("k", "v")]) },
            Spec = new AttachmentSpec { Attacher = "other.example.com", NodeName = "n", Source = new AttachmentSource { PersistentVolumeName = "pv" } },
            Status = new AttachmentStatus { Attached = true },
        };
        caches.Attachments.Fold(foreign);
        Assert.That(caches.FindAttachment("va"), Is.Null);
        var kept = caches.Attachments.Find(new ObjectKey(null, "va"))!;
        Assert.That(kept.Spec, Is.SameAs(AttachmentSpec.None));
        Assert.That(kept.Status, Is.SameAs(AttachmentStatus.None));
        Assert.That((kept.ApiVersion, kept.Kind, kept.Metadata.Uid, kept.Metadata.Annotations, kept.Metadata.Finalizers), Is.EqualTo(((string?)null, (string?)null, (string?)null, (StringMap?)null, (string[]?)null)));
        Assert.That(kept.Metadata.ResourceVersion, Is.EqualTo(7));
        Assert.That(caches.AttachmentsByVolume.First("pv"), Is.Null);

        var ours = new VolumeAttachment
        {
            Metadata = new ObjectMeta { Name = "ours", ResourceVersion = 8 },
            Spec = new AttachmentSpec { Attacher = "csi.example.com", Source = new AttachmentSource { PersistentVolumeName = "pv" } },
        };
        caches.Attachments.Fold(ours);
        Assert.That(caches.AttachmentsByVolume.First("pv")?.Name, Is.EqualTo("ours"));
    }

    [Test]
    public async Task Attachments_of_others_never_come_into_a_queue()
    {
        var rig = await Prepared();
        for (var i = 0; i < 20; i++) rig.World.Add(new TestAttachment($"foreign-{i}").By("other.example.com"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilAttached("va");
        Assert.That(rig.MetricLines(), Has.Member("""workqueue_adds_total{name="csi-attacher-va"} 1"""));
    }

    [Test]
    public async Task What_comes_while_a_watch_is_cut_is_not_missed()
    {
        var rig = await Attached();
        rig.Cluster.Faults.CutWatches(RequestMatch.Any);
        rig.World.Delete(World.Attachments, "va");
        rig.World.Add(new TestVolume("second"));
        rig.World.Add(new TestAttachment("later").Of("second"));
        await rig.World.UntilAttached("later");
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(rig.Published, Has.Count.EqualTo(2));
        Assert.That(rig.Unpublished, Has.Count.EqualTo(1));
    }
}
