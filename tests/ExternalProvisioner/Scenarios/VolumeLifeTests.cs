using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>When a volume is deleted, and when our finalizer comes and goes (provisioner contract 8, and 13 numbers 64 to 70).</summary>
internal sealed class VolumeLifeTests : RigTest
{
    private const string Deletes = "controller_persistentvolume_delete_total{class=\"fast\"} ";
    private const string Failures = "controller_persistentvolume_delete_failed_total{class=\"fast\"} ";

    [Test] // 64
    public async Task A_released_volume_is_deleted_at_the_driver_and_in_the_cluster()
    {
        var rig = await Started();
        var volume = new TestVolume().Released();
        rig.World.Add(volume);
        await rig.World.UntilGone(World.Volumes, volume.Name);
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo(volume.Handle));
        await rig.Log.WaitForLine(line => line.StartsWith("Deleted volume", StringComparison.Ordinal));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo(Deletes + "1"));
    }

    private static readonly TestVolume[] s_untouched =
    [
        new TestVolume().Released().Foreign(),
        new TestVolume().Released().Reclaimed("Retain").Held(),
        new TestVolume(),
        new TestVolume().InPhase("Available"),
        new TestVolume().InPhase("Failed"),
    ];

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)] // 65
    public async Task A_volume_that_is_not_ours_or_not_to_be_deleted_is_untouched(int which)
    {
        var rig = await Started(RigOptions.WithStandingClock);
        var before = rig.World.Add(s_untouched[which]);
        await rig.FenceVolumes();
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
        Assert.That(rig.World.Find(World.Volumes, "pv-1")!.ToJsonString(), Is.EqualTo(before.ToJson().ToJsonString()));
    }

    [Test] // 66
    public async Task A_volume_the_user_deleted_first_goes_when_it_is_released()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(new TestVolume());
        rig.World.Delete(World.Volumes, "pv-1");
        await rig.FenceVolumes();
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty); // its claim still uses it
        rig.World.SetPhase("pv-1", "Released");
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(1));
    }

    [Test] // 66
    public async Task A_volume_being_deleted_without_our_finalizer_is_nobody_elses_business()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.Add(new TestVolume().Held("test.example.com/held").Released());
        rig.World.Delete(World.Volumes, "pv-1");
        await rig.Run();
        await rig.FenceVolumes();
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
    }

    [Test] // 67
    public async Task A_driver_that_fails_is_told_on_the_volume_and_asked_again()
    {
        var rig = await Started();
        rig.Driver.Answer("DeleteVolume", Fails(StatusCode.FailedPrecondition, "in use"), DriverRule.Default);
        rig.World.Add(new TestVolume().Released());
        Assert.That(await rig.World.UntilEvent("pv-1", "VolumeFailedDelete"), Is.EqualTo("rpc error: code = FailedPrecondition desc = in use"));
        await rig.World.UntilGone(World.Volumes, "pv-1");
        await rig.Log.WaitForLine(line => line.StartsWith("Deleted volume", StringComparison.Ordinal));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo(Failures + "1"));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo(Deletes + "1"));
    }

    private static IEnumerable<TestCaseData> Faults() =>
        from verb in (string[])["delete", "patch"]
        from fault in (FaultAction[])[Answers(500, "InternalError"), Answers(409, "Conflict"), new FaultAction.CutBefore(), new FaultAction.CutAfter()]
        select new TestCaseData(verb, fault).SetName($"The_driver_is_asked_once_though_{verb}_meets_{Describe(fault)}");

    [TestCaseSource(nameof(Faults))] // 67
    public async Task The_driver_is_asked_once(string verb, FaultAction fault)
    {
        var rig = await Started();
        using var planned = rig.Cluster.Faults.Add(To(verb, World.Volumes), fault, times: 2);
        rig.World.Add(new TestVolume().Released());
        await rig.World.UntilGone(World.Volumes, "pv-1");
        await planned.Reached.WithinLimit();
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_volume_that_vanished_meanwhile_counts_as_deleted()
    {
        var rig = await Started();
        var gate = rig.Driver.Hold("DeleteVolume");
        rig.World.Add(new TestVolume().Held().Released());
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Volumes, "pv-1");
        gate.Release();
        await rig.Log.WaitForLine(line => line.StartsWith("Deleted volume", StringComparison.Ordinal));
        Assert.That(rig.MetricLines(), Has.None.StartsWith(Failures));
        Assert.That(rig.World.EventsAbout("pv-1"), Is.Empty);
    }

    [Test]
    public async Task A_successor_of_the_same_name_is_not_deleted_for_its_predecessor()
    {
        var rig = await Started();
        using var hold = rig.Cluster.Faults.Add(To("delete", World.Volumes), new FaultAction.Hold(), times: 1);
        rig.World.Add(new TestVolume().Held().Released());
        await hold.Reached.WithinLimit();
        rig.World.Delete(World.Volumes, "pv-1");
        var successor = rig.World.Add(new TestVolume().Static());
        hold.Release();
        await rig.Log.WaitForLine(line => line.StartsWith("Deleted volume", StringComparison.Ordinal));
        var left = rig.World.Find(World.Volumes, "pv-1")!["metadata"]!;
        Assert.That(((string?)left["uid"], left["deletionTimestamp"]), Is.EqualTo((successor.Uid, (JsonNode?)null)));
        Assert.That(rig.MetricLines(), Has.None.StartsWith(Failures));
    }

    [Test]
    public async Task The_finalizer_never_lands_on_a_successor_of_the_same_name()
    {
        var rig = await Started();
        using var hold = rig.Cluster.Faults.Add(To("patch", World.Volumes), new FaultAction.Hold(), times: 1);
        rig.World.Add(new TestVolume().Static());
        await hold.Reached.WithinLimit();
        rig.World.Delete(World.Volumes, "pv-1");
        rig.World.Add(new TestVolume().Foreign().Held());
        hold.Release();
        await rig.Log.WaitForLine(line => line.StartsWith("Retrying volumes pv-1 changing the finalizer of PersistentVolume pv-1", StringComparison.Ordinal));
        Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "pv-1")), Is.Empty);
    }

    [Test] // 68
    public async Task A_bound_static_volume_of_our_driver_gets_the_finalizer()
    {
        var rig = await Started();
        rig.World.Add(new TestVolume().Static());
        var volume = await rig.World.Until(World.Volumes, "pv-1", v => Texts(v["metadata"]!["finalizers"]).Length > 0);
        Assert.That(Texts(volume["metadata"]!["finalizers"]), Is.EqualTo(new[] { TestVolume.OurFinalizer }));
    }

    [Test]
    public async Task A_static_volume_the_cluster_calls_failed_stays_until_somebody_deletes_it_and_goes_then_as_its_policy_says()
    {
        var rig = await Prepared();
        rig.World.Add(new TestVolume().Static().Held(TestVolume.OurFinalizer).InPhase("Failed"));
        rig.World.Attach("pv-1", "n1"); // known before the first volume is judged
        await rig.Run();
        await rig.FenceVolumes();
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);

        rig.World.Delete(World.Volumes, "pv-1");
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "still attached to node n1");
        rig.World.Delete(World.Attachments, "of-pv-1-n1");
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo("handle-of-pv-1"));
    }

    [Test]
    public async Task A_volume_of_a_built_in_plugin_that_was_migrated_to_us_is_deleted_by_its_translated_handle()
    {
        var rig = await Started();
        rig.World.Add(new TestVolume().Static().Annotated("pv.kubernetes.io/migrated-to", ScriptedDriverOptions.DefaultName)
            .From("gcePersistentDisk", new JsonObject { ["pdName"] = "d" }).Labelled("topology.kubernetes.io/zone", "us-a").Released());
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo("projects/UNSPECIFIED/zones/us-a/disks/d"));
        Assert.That(rig.MetricLines(), Has.Some.Matches<string>(l => l!.Contains("DeleteVolume", StringComparison.Ordinal) && l.Contains("migrated=\"true\"", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_volume_of_a_built_in_plugin_that_cannot_be_translated_is_told_so()
    {
        var rig = await Started();
        rig.World.Add(new TestVolume().Static().Annotated("pv.kubernetes.io/migrated-to", ScriptedDriverOptions.DefaultName)
            .From("awsElasticBlockStore", new JsonObject { ["volumeID"] = "aws://us-east-1a/strange" }).Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "failed to translate");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
    }

    [Test] // 68
    public async Task A_static_volume_is_left_alone_before_it_is_bound()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(new TestVolume().Static().InPhase("Available"));
        await rig.FenceVolumes();
        Assert.That(rig.World.Find(World.Volumes, "pv-1")!["metadata"]!["finalizers"], Is.Null);
    }

    [TestCase("Retain")]
    [TestCase("Recycle")] // 69
    public async Task A_volume_that_is_kept_sheds_our_finalizer_and_no_other(string policy)
    {
        var rig = await Started();
        rig.World.Add(new TestVolume().Held("test.example.com/held", TestVolume.OurFinalizer));
        rig.World.Patch(World.Volumes, "pv-1", $$"""{"spec":{"persistentVolumeReclaimPolicy":"{{policy}}"} }""");
        var volume = await rig.World.Until(World.Volumes, "pv-1", v => Texts(v["metadata"]!["finalizers"]).Length is 1);
        Assert.That(Texts(volume["metadata"]!["finalizers"]), Is.EqualTo(new[] { "test.example.com/held" }));
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
    }

    [Test]
    public async Task A_finalizer_that_cannot_be_written_is_tried_again()
    {
        var rig = await Started();
        using var planned = rig.Cluster.Faults.Add(To("patch", World.Volumes), Answers(500, "InternalError"), times: 3);
        rig.World.Add(new TestVolume().Static());
        await rig.World.Until(World.Volumes, "pv-1", v => Texts(v["metadata"]!["finalizers"]).Length > 0);
        Assert.That(planned.Hits, Is.EqualTo(3));
        Assert.That(rig.World.EventsAbout("pv-1"), Is.Empty);
    }

    [Test] // 70
    public async Task An_attached_volume_is_deleted_the_moment_its_last_attachment_goes()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.Attach("pv-1", "node-1");
        rig.World.Attach("pv-1", "node-2");
        rig.World.Attach("pv-2", "node-1");
        await rig.Run();
        rig.World.Add(new TestVolume().Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "persistentvolume pv-1 is still attached to node node-");
        rig.World.Delete(World.Attachments, "of-pv-1-node-1");
        rig.World.Delete(World.Attachments, "of-pv-2-node-1");
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "still attached to node node-2");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
        rig.World.Delete(World.Attachments, "of-pv-1-node-2");
        await rig.World.UntilGone(World.Volumes, "pv-1"); // the clock stands: no back-off has passed
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(1));
    }

    [TestCase(true, false)]
    [TestCase(true, true)]
    [TestCase(false, true)]
    public async Task A_wait_for_the_detach_is_no_failure(bool isAttached, bool isGoing)
    {
        var rig = await Prepared();
        rig.World.Attach("pv-1", "n1");
        rig.World.Patch(World.Attachments, "of-pv-1-n1", """{"metadata":{"finalizers":["test.example.com/held"]} }""");
        if (isAttached) rig.World.Patch(World.Attachments, "of-pv-1-n1", """{"status":{"attached":true} }""", "status");
        if (isGoing) rig.World.Delete(World.Attachments, "of-pv-1-n1");
        await rig.Run();
        rig.World.Add(new TestVolume().Released());
        var told = await rig.World.UntilEventObject("pv-1", "VolumeDelete", "persistentvolume pv-1 is still attached to node n1: it is deleted once it is detached there");
        Assert.That(World.Text(told, "type"), Is.EqualTo("Normal"));
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);

        if (!isGoing) rig.World.Delete(World.Attachments, "of-pv-1-n1");
        rig.World.Patch(World.Attachments, "of-pv-1-n1", """{"metadata":{"finalizers":null} }""");
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(rig.World.EventsAbout("pv-1"), Has.None.Contains("VolumeFailedDelete"));
        Assert.That(rig.MetricLines(), Has.None.Matches<string>(l => l!.StartsWith("controller_persistentvolume_delete_failed_total", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_detach_that_fails_is_no_mere_wait()
    {
        var rig = await Prepared();
        rig.World.Attach("pv-1", "n1");
        rig.World.Patch(World.Attachments, "of-pv-1-n1", """{"metadata":{"finalizers":["test.example.com/held"]} }""");
        rig.World.Patch(World.Attachments, "of-pv-1-n1", """{"status":{"attached":true,"detachError":{"message":"the node does not answer"}} }""", "status");
        rig.World.Delete(World.Attachments, "of-pv-1-n1");
        await rig.Run();
        rig.World.Add(new TestVolume().Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "persistentvolume pv-1 is still attached to node n1");
        Assert.That(rig.World.EventsAbout("pv-1"), Has.None.StartsWith("VolumeDelete:"));
    }

    [Test] // 70
    public async Task A_driver_that_does_not_attach_is_not_asked_to_wait()
    {
        var rig = await Prepared(RigOptions.WithCapabilities("CREATE_DELETE_VOLUME"));
        rig.World.Attach("pv-1", "node-1");
        await rig.Run();
        rig.World.Add(new TestVolume().Released());
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(rig.Cluster.Requests.Entries.Any(r => r.Request.Resource == World.Attachments), Is.False);
    }

    [Test]
    public async Task A_driver_without_the_capability_cannot_delete()
    {
        var rig = await Started(RigOptions.WithCapabilities());
        rig.World.Add(new TestVolume().Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "controller CREATE_DELETE_VOLUME capability is not reported");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
    }

    [Test]
    public async Task A_volume_of_ours_without_a_csi_source_is_told_so()
    {
        var rig = await Started();
        rig.World.Add(new TestVolume().OnHostPath().Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "invalid CSI PV");
    }

    [Test]
    public async Task After_a_restart_between_the_steps_of_a_deletion_it_is_finished()
    {
        var rig = await Started();
        using (rig.Cluster.Faults.Add(To("delete", World.Volumes), Answers(500, "InternalError")))
        {
            rig.World.Add(new TestVolume().Released());
            await rig.Cluster.Requests.WaitFor(To("delete", World.Volumes)).WithinLimit();
            await rig.Stop();
        }
        await rig.Run();
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(2)); // the driver has to answer OK for what is gone
    }

    private static string Describe(FaultAction fault) => fault is FaultAction.Answer answer ? $"{answer.Status.Code}" : fault.GetType().Name;
}
