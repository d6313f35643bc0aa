using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>From a snapshot of a claim to one that is ready, and what may be in the way (snapshot controller contract 4.5, 5 and 13).</summary>
internal sealed class CreateTests : RigTest
{
    [Test]
    public async Task A_snapshot_of_a_claim_is_ready_when_the_driver_says_so()
    {
        var rig = await Started();
        var added = rig.World.AddSnapshot("s");
        var name = $"snapcontent-{added.Uid}";
        var content = await rig.World.UntilExists(World.Contents, name);
        Assert.That(World.Finalizers(content), Is.EqualTo(new[] { WellKnown.ContentFinalizer }));
        Assert.That(content["metadata"]!["annotations"], Is.Null);
        var spec = content["spec"]!.DeepClone().AsObject();
        spec["volumeSnapshotRef"]!.AsObject().Remove("resourceVersion");
        Assert.That(JsonNode.DeepEquals(spec, JsonNode.Parse($$$"""
            {"deletionPolicy":"Delete","driver":"csi.example.com","source":{"volumeHandle":"handle-a"},"sourceVolumeMode":"Filesystem","volumeSnapshotClassName":"snap",
             "volumeSnapshotRef":{"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshot","name":"s","namespace":"default","uid":"{{{added.Uid}}}"} }
            """)), spec.ToJsonString());
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "a")), Does.Contain(WellKnown.ClaimFinalizer));

        var bound = await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "boundVolumeSnapshotContentName") == name);
        Assert.That(World.IsReady(bound), Is.False);
        rig.World.Taken(name, ready: false);
        await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "creationTime") == World.Created);
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "a")), Does.Contain(WellKnown.ClaimFinalizer), "the driver may still read the volume");
        rig.World.Taken(name);
        var ready = await rig.World.UntilReady("s");
        Assert.That(World.Text(ready, "status", "restoreSize"), Is.EqualTo("1Gi"));
        Assert.That(World.Finalizers(ready), Is.EqualTo(new[] { WellKnown.SourceFinalizer, WellKnown.BoundFinalizer }));
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        foreach (var reason in (string[])["CreatingSnapshot", "SnapshotCreated", "SnapshotReady"]) await rig.World.UntilEventObject("s", reason);
        Assert.That(rig.World.EventObjectsAbout("s"), Has.Count.EqualTo(3));
    }

    /// <summary>
    /// With the pauses the program has. Two writes of the claim, which may not be patched and so is read first, one for the marks, one for the content, one for the status, three events:
    /// nothing of it can be left out without leaving out something that users or other programs rely on. A driver that takes longer than a second costs a second write of the status.
    /// </summary>
    [TestCase(false, 9)]
    [TestCase(true, 10)]
    public async Task One_snapshot_takes_nine_requests_or_ten_and_reads_nothing_but_the_claim_it_replaces(bool takesLonger, int requests)
    {
        var rig = await Started(RigOptions.WithStandingClock with { ClockStands = !takesLonger });
        var content = await Begun(rig, "s");
        if (takesLonger) await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "boundVolumeSnapshotContentName") == content);
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        await rig.World.UntilEventObject("s", "SnapshotReady");
        string[] all =
        [
            "patch volumesnapshots", "get persistentvolumeclaims", "update persistentvolumeclaims", "create volumesnapshotcontents", "patch volumesnapshots/status",
            "update persistentvolumeclaims", "create events", "create events", "create events",
        ];
        Assert.That(rig.Requests, Is.EquivalentTo(takesLonger ? [.. all, "patch volumesnapshots/status"] : all));
        Assert.That(rig.Requests, Has.Count.EqualTo(requests));
    }

    /// <summary>The answer of the claim's release is what the next replacement is made from.</summary>
    [Test]
    public async Task A_further_snapshot_of_the_same_claim_takes_eight_requests()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        foreach (var name in (string[])["first", "second"])
        {
            var before = rig.Requests.Count;
            var content = await Begun(rig, name);
            rig.World.Taken(content);
            await rig.World.UntilReady(name);
            await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
            await rig.World.UntilEventObject(name, "SnapshotReady");
            await rig.Cluster.Requests.WaitFor(Request("update", World.Claims), name is "first" ? 2 : 4).WithinLimit();
            Assert.That(rig.Requests.Count - before, Is.EqualTo(name is "first" ? 9 : 8));
        }
    }

    [Test]
    public async Task The_secret_of_the_class_is_noted_on_the_content()
    {
        var rig = await Started(parameters: """{"csi.storage.k8s.io/snapshotter-secret-name":"${volumesnapshot.name}-x","csi.storage.k8s.io/snapshotter-secret-namespace":"${volumesnapshot.namespace}"}""");
        var content = rig.World.Find(World.Contents, await Begun(rig, "s"))!;
        Assert.That((World.Annotation(content, WellKnown.SecretName), World.Annotation(content, WellKnown.SecretNamespace)), Is.EqualTo(("s-x", "default")));
    }

    private static IEnumerable<TestCaseData> Refusals() =>
    [
        Case("The_claim_is_missing", w => w.AddSnapshot("s", claim: "none"), ContentFailed, "cannot get claim from snapshot", "make it, or delete this snapshot"),
        Case("The_claim_is_not_bound", w => { w.AddUnboundClaim("b"); w.AddSnapshot("s", "b"); }, ContentFailed, "the PVC b is not yet bound to a PV, will not attempt to take a snapshot"),
        Case("The_volume_is_missing", w => { w.AddUnboundClaim("b", volume: "pv-b"); w.Patch(World.Claims, "b", """{"status":{"phase":"Bound"}}""", "status"); w.AddSnapshot("s", "b"); },
            ContentFailed, "failed to retrieve PV pv-b from the API server"),
        Case("The_volume_is_another_claims", w =>
        {
            w.AddUnboundClaim("b", volume: "pv-a");
            w.Patch(World.Claims, "b", """{"status":{"phase":"Bound"}}""", "status");
            w.AddSnapshot("s", "b");
        }, ContentFailed, "claim in dataSource not bound or invalid"),
        Case("The_volume_is_of_no_driver", w =>
        {
            var claim = w.AddUnboundClaim("b", volume: "pv-b");
            w.AddVolume("pv-b", """{"hostPath":{"path":"/b"}}""", "b", claim.Uid);
            w.Patch(World.Claims, "b", """{"status":{"phase":"Bound"}}""", "status");
            w.AddSnapshot("s", "b");
        }, ContentFailed, "cannot find CSI PersistentVolumeSource for volume pv-b"),
        Case("The_class_is_of_another_driver", w => { w.AddClass("other", driver: "other.example.com"); w.AddSnapshot("s", className: "other"); },
            ContentFailed, "VolumeSnapshotClass other is of driver other.example.com, and volume pv-a of PersistentVolumeClaim default/a is of driver csi.example.com", "name a class of driver csi.example.com"),
        Case("The_class_is_missing", w => w.AddSnapshot("s", className: "none"), "GetSnapshotClassFailed", "Failed to get snapshot class with error volumesnapshotclass.snapshot.storage.k8s.io \"none\" not found", "have the administrator make it"),
        Case("The_secret_is_half_named", w => { w.AddClass("half", parameters: """{"csi.storage.k8s.io/snapshotter-secret-name":"x"}"""); w.AddSnapshot("s", className: "half"); },
            ContentFailed, "Both must be specified"),
        Case("The_secrets_template_is_unknown", w =>
        {
            w.AddClass("odd", parameters: """{"csi.storage.k8s.io/snapshotter-secret-name":"${pvc.name}","csi.storage.k8s.io/snapshotter-secret-namespace":"default"}""");
            w.AddSnapshot("s", className: "odd");
        }, ContentFailed, "invalid tokens"),
    ];

    private const string ContentFailed = "SnapshotContentCreationFailed";

    private static TestCaseData Case(string name, Action<World> make, string reason, params string[] texts) => new TestCaseData(make, reason, texts).SetName(name);

    [TestCaseSource(nameof(Refusals))]
    public async Task It_is_told_on_the_snapshot_and_neither_driver_nor_claim_is_touched(Action<World> make, string reason, string[] texts)
    {
        var rig = await Started();
        make(rig.World);
        var status = await rig.World.UntilError("s", "");
        var told = World.Text(await rig.World.UntilEventObject("s", reason), "message");
        Assert.That(told, Does.StartWith(status));
        foreach (var text in texts) Assert.That(told.Replace("\\\"", "\"", StringComparison.Ordinal), Does.Contain(text));
        var snapshot = rig.World.Find(World.Snapshots, "s")!;
        Assert.That(snapshot["status"]!["readyToUse"]?.GetValue<bool>(), reason is ContentFailed ? Is.False : Is.Null);
        Assert.That(World.Finalizers(snapshot), Is.EqualTo(reason is ContentFailed ? [WellKnown.SourceFinalizer] : Array.Empty<string>()));
        Assert.That(rig.World.All(World.Contents), Is.Empty);
        Assert.That(rig.World.All(World.Claims).SelectMany(World.Finalizers), Has.None.EqualTo(WellKnown.ClaimFinalizer));
        Assert.That(rig.Writes.Count(w => w.Resource is "volumesnapshots/status"), Is.EqualTo(1), "the same failure is told once");
    }

    [Test]
    public async Task What_was_missing_brings_the_snapshot_up_the_moment_it_comes()
    {
        var rig = await Prepared(RigOptions.WithoutRetries);
        await rig.Run();
        var uid = rig.World.AddSnapshot("s").Uid;
        await rig.World.UntilError("s", "\"snap\" not found");
        rig.World.AddClass("snap");
        await rig.World.UntilError("s", "cannot get claim from snapshot");
        var claim = rig.World.AddUnboundClaim("a", volume: "pv-a");
        await rig.World.UntilError("s", "not yet bound");
        rig.World.Patch(World.Claims, "a", """{"status":{"phase":"Bound"}}""", "status");
        await rig.World.UntilError("s", "failed to retrieve PV");
        rig.World.AddVolume("pv-a", """{"csi":{"driver":"csi.example.com","volumeHandle":"h"}}""", "a", claim.Uid);
        await rig.World.UntilExists(World.Contents, $"snapcontent-{uid}");
        await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "boundVolumeSnapshotContentName").Length > 0 && s["status"]!["error"] is null);
    }

    [Test]
    public async Task A_class_that_goes_once_the_content_is_there_changes_nothing()
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        rig.World.Delete(World.Classes, "snap");
        rig.World.Refused(content, "busy");
        Assert.That(await rig.World.UntilError("s", "busy"), Is.EqualTo("busy"));
        rig.World.Taken(content);
        Assert.That((await rig.World.UntilReady("s"))["status"]!["error"], Is.Null);
        Assert.That(rig.World.EventsAbout("s"), Has.None.Contains("GetSnapshotClassFailed"));
    }

    [TestCase("0", "0")]
    [TestCase("null", "null")]
    public async Task What_the_driver_does_not_know_stays_unset_until_it_does(string time, string size)
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        rig.World.Taken(content, time: time, size: size);
        var ready = await rig.World.UntilReady("s");
        Assert.That((ready["status"]!["creationTime"], ready["status"]!["restoreSize"]), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
        await rig.World.UntilEventObject("s", "SnapshotCreated");
        rig.World.Taken(content);
        var known = await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "creationTime").Length > 0);
        Assert.That((World.Text(known, "status", "creationTime"), World.Text(known, "status", "restoreSize")), Is.EqualTo((World.Created, "1Gi")));
    }

    [Test]
    public async Task The_mode_of_the_volume_is_not_noted_where_that_is_not_wanted()
    {
        var rig = await Started(new RigOptions { Controller = new RigOptions().Controller with { NotesVolumeMode = false } });
        Assert.That(rig.World.Find(World.Contents, await Begun(rig, "s"))!["spec"]!["sourceVolumeMode"], Is.Null);
    }

    [TestCase("n1")]
    [TestCase(null)]
    public async Task Where_sidecars_run_on_the_nodes_the_content_is_for_the_one_that_reaches_the_volume(string? node)
    {
        var rig = await Prepared(new RigOptions { Controller = new RigOptions().Controller with { IsDistributed = true } });
        rig.World.AddClass("snap");
        rig.World.AddClaimOfZone("a", "z");
        foreach (var name in (string[])["n1", "n2"])
            rig.World.Create("nodes", World.Json($$$"""{"metadata":{"name":"{{{name}}}","labels":{"zone":"{{{(name == node ? "z" : "y")}}}"} } }"""));
        await rig.Run();
        var content = rig.World.Find(World.Contents, await Begun(rig, "s"))!;
        Assert.That(content["metadata"]!["labels"]?[WellKnown.ManagedBy]?.GetValue<string>(), Is.EqualTo(node));
    }

    [Test]
    public async Task A_content_whose_request_was_not_answered_is_found_and_not_made_again()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("create", World.Contents), new FaultAction.CutAfter(), times: 1);
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        Assert.That(rig.World.All(World.Contents), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_refused_content_is_told_with_both_events_and_tried_again()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(403, "Forbidden"));
        var uid = rig.World.AddSnapshot("s").Uid;
        await rig.World.UntilEventObject("s", "CreateSnapshotContentFailed");
        await rig.World.UntilEventObject("s", ContentFailed, "as the test wants it");
        rig.Cluster.Faults.Clear();
        await rig.World.UntilExists(World.Contents, $"snapcontent-{uid}");
    }

    [Test]
    public async Task A_refused_content_is_tried_again_when_its_time_comes_and_not_for_our_own_marks_on_the_claim()
    {
        var rig = await Started(RigOptions.WithoutRetries);
        rig.World.AddClaim("b");
        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(403, "Forbidden"), times: 1);
        var uid = rig.World.AddSnapshot("s").Uid;
        await rig.World.UntilEventObject("s", "CreateSnapshotContentFailed");
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "a")), Does.Contain(WellKnown.ClaimFinalizer), "the next try needs it");
        await Fence(rig, "b");
        Assert.That(rig.World.Find(World.Contents, $"snapcontent-{uid}"), Is.Null);

        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(403, "Forbidden"));
        rig.World.Delete(World.Claims, "a");
        await rig.World.UntilGone(World.Claims, "a");
    }

    [Test]
    public async Task A_refused_content_is_not_tried_again_for_what_does_not_matter_of_the_volume_and_a_snapshot_waits_for_what_does()
    {
        var rig = await Started(RigOptions.InTurn);
        rig.World.AddClaim("b");
        rig.World.AddClaim("other");
        rig.World.Patch(World.Volumes, "pv-other", """{"spec":{"claimRef":{"name":"nobody"}}}""");
        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(403, "Forbidden"), times: 1);
        var refused = rig.World.AddSnapshot("s").Uid;
        await rig.World.UntilEventObject("s", "CreateSnapshotContentFailed");
        rig.World.Patch(World.Volumes, "pv-a", """{"metadata":{"labels":{"a":"b"}},"spec":{"capacity":{"storage":"2Gi"}},"status":{"phase":"Bound"}}""");
        var waiting = rig.World.AddSnapshot("t", "other").Uid;
        await rig.World.UntilError("t", "belongs to claim default/nobody");
        await Fence(rig, "b");
        Assert.That(rig.World.Find(World.Contents, $"snapcontent-{refused}"), Is.Null);

        rig.World.Patch(World.Volumes, "pv-other", """{"spec":{"claimRef":{"name":"other"}}}""");
        await rig.World.UntilExists(World.Contents, $"snapcontent-{waiting}");
    }

    [Test]
    public async Task A_content_that_somebody_else_got_in_the_way_of_is_made_a_moment_later_and_nobody_is_told()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(409, "Conflict"), times: 1);
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        await rig.World.UntilEventObject("s", "SnapshotReady");
        Assert.That(rig.World.EventObjectsAbout("s").Select(e => World.Text(e, "type")), Is.All.EqualTo("Normal"));
    }

    /// <summary>It may have taken effect all the same: only a refusal says that nothing is under way.</summary>
    [TestCase(504, true)]
    [TestCase(403, false)]
    public async Task A_claim_that_is_to_go_is_held_on_where_the_server_failed_and_not_where_it_refused(int code, bool isHeld)
    {
        var rig = await Started(RigOptions.WithoutRetries);
        rig.World.AddClaim("b");
        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(code, "Failed"), times: 1);
        rig.World.AddSnapshot("s");
        await rig.World.UntilEventObject("s", "CreateSnapshotContentFailed");
        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(code, "Failed"), times: 1); // for the try that the deletion brings
        rig.World.Delete(World.Claims, "a");
        if (!isHeld)
        {
            await rig.World.UntilGone(World.Claims, "a");
            return;
        }
        await rig.Cluster.Requests.WaitFor(Request("create", World.Contents), 2).WithinLimit();
        rig.Cluster.Faults.Clear();
        await Fence(rig, "b");
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "a")), Does.Contain(WellKnown.ClaimFinalizer));
    }

    [Test]
    public async Task A_claim_is_not_held_for_a_request_that_nobody_carried_out_once_the_class_is_gone()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("create", World.Contents), new FaultAction.CutBefore());
        rig.World.AddSnapshot("s");
        await rig.World.Until(World.Claims, "a", c => World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        rig.World.Delete(World.Classes, "snap");
        await rig.World.UntilEventObject("s", "GetSnapshotClassFailed");
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Where_no_node_reaches_the_volume_the_label_comes_with_the_node(bool isLabelledLater)
    {
        var rig = await Prepared(RigOptions.WithoutRetries with { Controller = RigOptions.WithoutRetries.Controller with { IsDistributed = true } });
        rig.World.AddClass("snap");
        rig.World.AddClaimOfZone("a", "z");
        await rig.Run();
        var content = await Begun(rig, "s");
        await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "boundVolumeSnapshotContentName").Length > 0);
        Assert.That(rig.World.Find(World.Contents, content)!["metadata"]!["labels"]?[WellKnown.ManagedBy], Is.Null);
        await rig.Log.WaitForLine(l => l.Contains("No node is selected by the affinity of the volume", StringComparison.Ordinal));
        rig.World.Create("nodes", World.Json($$$"""{"metadata":{"name":"n1","labels":{"zone":"{{{(isLabelledLater ? "y" : "z")}}}"} } }"""));
        if (isLabelledLater) rig.World.Patch("nodes", "n1", """{"metadata":{"labels":{"zone":"z"}}}""");
        await rig.World.Until(World.Contents, content, c => c["metadata"]!["labels"]?[WellKnown.ManagedBy]?.GetValue<string>() is "n1");
    }

    [Test]
    public async Task Finalizers_that_cannot_be_put_on_a_snapshot_are_told()
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        rig.Cluster.Faults.Add(Request("patch", World.Snapshots, ""), Answers(403, "Forbidden"));
        rig.World.Patch(World.Snapshots, "s", """{"metadata":{"finalizers":null}}""");
        await rig.World.UntilEventObject("s", "SnapshotFinalizerError", "as the test wants it");
    }

    private static async Task Fence(ControllerRig rig, string claim)
    {
        var uid = rig.World.AddSnapshot("fence", claim).Uid;
        await rig.World.UntilExists(World.Contents, $"snapcontent-{uid}");
    }

    [Test]
    public async Task A_status_that_was_changed_meanwhile_is_written_anew_and_nobody_is_told_of_it()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("patch", World.Snapshots, "status"), Answers(409, "Conflict"), times: 1);
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        await rig.World.UntilEventObject("s", "SnapshotReady");
        Assert.That(rig.World.EventObjectsAbout("s").Select(e => World.Text(e, "reason")), Is.EquivalentTo(new[] { "CreatingSnapshot", "SnapshotCreated", "SnapshotReady" }));
        Assert.That(rig.World.EventObjectsAbout("s").Select(e => e["count"]!.GetValue<int>()), Is.All.EqualTo(1));
    }

    [TestCase("""{"snapshotHandle":"old"}""", "SnapshotContentMismatch")]
    [TestCase("""{"volumeHandle":"h"}""", "SnapshotContentMisbound")]
    public async Task A_content_of_that_name_that_belongs_to_somebody_else_is_left_alone(string source, string reason)
    {
        var rig = await Started();
        var fault = rig.Cluster.Faults.Add(Request("create", World.Contents), new FaultAction.Hold(), times: 1);
        var uid = rig.World.AddSnapshot("s").Uid;
        await fault.Reached.WithinLimit();
        var made = rig.World.AddContent($"snapcontent-{uid}", "other", source: source);
        fault.Release();
        await rig.World.UntilEventObject("s", reason);
        await rig.World.UntilEventObject("s", "SnapshotFinalizerError");
        Assert.That(rig.World.Find(World.Contents, made.Name)!["metadata"]!["resourceVersion"]!.GetValue<string>(), Is.EqualTo(made.ToJson()["metadata"]!["resourceVersion"]!.GetValue<string>()));
    }
}
