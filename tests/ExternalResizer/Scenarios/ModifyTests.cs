using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests.Scenarios;

/// <summary>Volumes that are given the attributes of another class (resizer contract 11).</summary>
internal sealed class ModifyTests : RigTest
{
    private const string Status = "persistentvolumeclaims/status";

    [Test]
    public async Task Another_class_costs_three_writes_two_events_and_one_call()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"));
        await rig.World.UntilClass("gold");
        await rig.World.UntilEvent("VolumeModifySuccessful", "external resizer modified volume a with vac gold successfully");
        await rig.World.UntilEvent("VolumeModify", "external resizer is modifying volume a with vac gold");
        Assert.That(rig.Modified.Single().ToJsonString(), Is.EqualTo("""{"volume_id":"handle-a","mutable_parameters":{"iops":"5000"}}"""));
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status, "persistentvolumes", Status]));
        Assert.That(World.Text(rig.World.Find(World.Volumes, "pv-a"), "spec", "volumeAttributesClassName"), Is.EqualTo("gold"));
        Assert.That(rig.World.Conditions(), Is.Empty);
        rig.World.Name("silver");
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task The_driver_is_told_the_names_where_that_is_asked_for_and_gets_the_secret_of_modifications()
    {
        var rig = await Prepared(new RigOptions().With(o => o with { TellsNames = true }));
        foreach (var name in (string[])["m", "e"]) rig.World.AddSecret(name, ("k", System.Text.Encoding.UTF8.GetBytes(name)));
        rig.World.AddAttributesClass("gold");
        rig.World.Add(new TestClaim().OfClass("gold").WithSecret("e").VolumeAnnotated(
            ("volume.kubernetes.io/controller-modify-secret-name", "m"), ("volume.kubernetes.io/controller-modify-secret-namespace", "default")));
        rig.World.Add(new TestClaim("half").OfClass("gold").WithSecret("e").VolumeAnnotated(("volume.kubernetes.io/controller-modify-secret-name", "m")));
        await rig.Run();
        await rig.World.UntilClass("gold");
        await rig.World.UntilClass("gold", "half");
        var whole = rig.Modified.Single(c => World.Text(c, "volume_id") == "handle-a");
        Assert.That(whole["mutable_parameters"]!.AsObject().Select(p => $"{p.Key}={p.Value}"), Is.EquivalentTo((string[])
            ["iops=5000", "csi.storage.k8s.io/pvc/name=a", "csi.storage.k8s.io/pvc/namespace=default", "csi.storage.k8s.io/pv/name=pv-a"]));
        Assert.That(World.Text(whole, "secrets", "k"), Is.EqualTo("m"));
        Assert.That(World.Text(rig.Modified.Single(c => World.Text(c, "volume_id") == "handle-half"), "secrets", "k"), Is.EqualTo("e"));
    }

    [Test]
    public async Task A_class_that_is_missing_is_told_with_the_next_look_and_its_coming_brings_the_claim_up()
    {
        var rig = await Given(new TestClaim().OfClass("gold"), RigOptions.WithStandingClock);
        await rig.World.UntilEvent("VolumeModifyFailed", "VAC \"gold\" does not exist. It is looked for again in 5m0s");
        Assert.That(rig.World.Find(World.Claims, "a")!["status"]!["modifyVolumeStatus"]!.ToJsonString(), Is.EqualTo("""{"status":"Pending"}"""));
        Assert.That(rig.Modified, Is.Empty);
        rig.World.AddAttributesClass("gold");
        await rig.World.UntilClass("gold");
        Assert.That(rig.Modified, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_look_at_everything_takes_no_pause_of_one_that_waits_for_its_class_away()
    {
        var rig = await Given(new TestClaim().OfClass("gold"), RigOptions.WithStandingClock.With(o => o with { Resync = TimeSpan.FromMilliseconds(400) }));
        await rig.World.UntilEvent("VolumeModifyFailed", "VAC \"gold\" does not exist.");
        rig.Advance(TimeSpan.FromMilliseconds(900));
        await rig.FenceModify();
        Assert.That(rig.Cluster.Requests.Count(new RequestMatch { Verb = "get", Resource = World.AttributesClasses, Name = "gold" }), Is.EqualTo(1));
    }

    [Test]
    public async Task Of_claims_of_other_drivers_nothing_is_remembered()
    {
        var claim = new TestClaim().OfClass("silver").Of("other.example.com").InState("""{"modifyVolumeStatus":{"targetVolumeAttributesClassName":"gold","status":"InProgress"}}""");
        var rig = await GivenClasses(claim);
        await rig.FenceModify();
        await rig.World.UntilEvent("VolumeModifySuccessful", claim: "fence-1");
        Assert.That(rig.Remembered, Is.Zero);
    }

    /// <summary>Its volume may be another one by then.</summary>
    [Test]
    public async Task A_claim_that_has_lost_its_volume_when_it_is_read_again_is_left_alone()
    {
        var rig = await Prepared();
        var mark = rig.Cluster.Faults.Add(Patch(World.Claims, "status") with { Name = "a" }, new FaultAction.Hold(), times: 1);
        rig.World.AddAttributesClass("gold");
        rig.World.Add(new TestClaim().OfClass("gold"));
        await rig.Run();
        await mark.Reached.WithinLimit();
        rig.World.Patch(World.Claims, "a", """{"status":{"phase":"Lost"}}""", "status");
        mark.Release();
        await rig.FenceModify();
        Assert.That(rig.Modified, Is.Empty);
        Assert.That(rig.Writes.Select(w => w.Code), Is.EqualTo((int[])[409]));
    }

    [Test]
    public async Task A_class_of_another_driver_is_told_and_never_sent()
    {
        var rig = await Prepared();
        rig.World.AddAttributesClass("gold", "other.example.com");
        rig.World.AddAttributesClass("silver");
        rig.World.Add(new TestClaim().OfClass("gold"));
        await rig.Run();
        await rig.World.UntilEvent("VolumeModifyFailed", "VAC \"gold\" is for driver other.example.com");
        await rig.World.UntilModify("Pending");
        rig.World.Name("silver");
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_class_that_cannot_be_read_is_told_and_tried_again()
    {
        var rig = await Prepared();
        rig.Cluster.Faults.Add(new RequestMatch { Verb = "get", Resource = World.AttributesClasses }, Answers(403, "Forbidden"), times: 1);
        rig.World.AddAttributesClass("gold");
        rig.World.Add(new TestClaim().OfClass("gold"));
        await rig.Run();
        await rig.World.UntilClass("gold");
        Assert.That(rig.World.EventsAbout("a"), Has.Some.Contains("let csi-resizer get, list and watch volumeattributesclasses"));
    }

    [Test]
    public async Task A_secret_that_is_missing_is_told()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold").WithSecret("missing"));
        await rig.World.UntilEvent("VolumeModifyFailed", "error getting secret missing in namespace default");
        rig.World.AddSecret("missing", ("k", "v"u8.ToArray()));
        await rig.World.UntilClass("gold");
    }

    [Test]
    public async Task A_class_the_driver_refuses_is_tried_again_slowly()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), RigOptions.WithStandingClock, Fails(StatusCode.InvalidArgument, "no such iops"), DriverRule.Default);
        var claim = await rig.World.UntilModify("Infeasible");
        Assert.That(World.Conditions(claim), Is.EqualTo((string[])["ModifyingVolume", "ModifyVolumeError"]));
        Assert.That(World.MessageOf(claim, "ModifyVolumeError"), Is.EqualTo("no such iops"));
        Assert.That(World.MessageOf(claim, "ModifyingVolume"), Is.EqualTo("Modifying volume to \"gold\" failed. Waiting for retry."));
        await rig.World.UntilEvent("VolumeModifyFailed", "rpc error: code = InvalidArgument desc = no such iops; the next try follows in 5m0s, or as soon as the claim asks for something else");
        rig.Advance(TimeSpan.FromMinutes(4));
        await rig.FenceModify();
        Assert.That(rig.Modified, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task After_the_long_pause_it_is_asked_for_once_more()
    {
        var options = new RigOptions().With(o => o with { RetryIntervalMax = TimeSpan.FromMilliseconds(200) });
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), options, Fails(StatusCode.InvalidArgument), DriverRule.Default);
        await rig.World.UntilClass("gold");
        Assert.That(rig.Modified, Has.Count.EqualTo(2));
        Assert.That(rig.World.Conditions(), Is.Empty);
    }

    [Test]
    public async Task Another_class_takes_the_place_of_one_that_was_refused_at_once()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), RigOptions.WithStandingClock, Fails(StatusCode.InvalidArgument), DriverRule.Default);
        await rig.World.UntilModify("Infeasible");
        rig.World.Name("silver");
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified.Select(c => World.Text(c, "mutable_parameters", "iops")), Is.EqualTo((string[])["5000", "100"]));
    }

    [Test]
    public async Task A_refusal_for_now_is_tried_again_and_may_be_overtaken()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), null, Fails(StatusCode.Internal), Fails(StatusCode.Internal), DriverRule.Default);
        await rig.World.UntilClass("gold");
        Assert.That(rig.Modified, Has.Count.EqualTo(3));
        Assert.That(rig.Writes, Has.Count.EqualTo(4), "the mark, one refusal, and what it came to");
    }

    [Test]
    public async Task A_class_that_may_be_under_way_is_kept_until_the_driver_has_said_what_became_of_it()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), RigOptions.WithStandingClock, Fails(StatusCode.Aborted), Fails(StatusCode.Internal), DriverRule.Default);
        await rig.World.UntilCondition("ModifyingVolume", "is still in progress.");
        await rig.World.UntilEvent("VolumeModifyFailed", "Still modifying to VAC gold");
        rig.World.Name("silver");
        await rig.Driver.WaitForCalls(Modify, 2);
        await rig.World.UntilEvent("VolumeModifyFailed", "code = Internal desc = scripted Internal. VAC silver is next");
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying modify", StringComparison.Ordinal) && l.Contains("Internal", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(2));
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified.Select(c => World.Text(c, "mutable_parameters", "iops")), Is.EqualTo((string[])["5000", "5000", "100"]));
    }

    [Test]
    public async Task When_a_class_that_was_under_way_is_done_the_one_that_was_named_meanwhile_follows_at_once()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), RigOptions.WithStandingClock, Fails(StatusCode.Aborted), DriverRule.Default);
        await rig.World.UntilEvent("VolumeModifyFailed", "Still modifying to VAC gold");
        rig.World.Name("silver");
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified.Select(c => World.Text(c, "mutable_parameters", "iops")), Is.EqualTo((string[])["5000", "5000", "100"]));
    }

    [Test]
    public async Task A_class_that_never_comes_to_an_end_holds_up_another_no_longer_than_the_long_pause()
    {
        var options = new RigOptions().With(o => o with { RetryIntervalMax = TimeSpan.FromMilliseconds(200) });
        var rig = await Prepared(options);
        rig.World.AddAttributesClass("gold");
        rig.World.AddAttributesClass("silver", iops: "100");
        rig.Driver.Answer(Modify, request => World.Text(request, "mutable_parameters", "iops") is "100" ? DriverRule.Default : Fails(StatusCode.Aborted));
        rig.World.Add(new TestClaim().OfClass("gold"));
        await rig.Run();
        await rig.World.UntilCondition("ModifyVolumeError");
        rig.World.Name("silver");
        await rig.World.UntilClass("silver");
        Assert.That(rig.World.EventsAbout("a"), Has.Some.Contains("Still modifying to VAC gold, silver is next"));
    }

    [Test]
    public async Task A_class_that_is_deleted_while_the_driver_is_at_it_holds_up_no_other()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), RigOptions.WithStandingClock, Fails(StatusCode.Aborted), DriverRule.Default);
        await rig.World.UntilCondition("ModifyVolumeError");
        rig.World.Delete(World.AttributesClasses, "gold");
        rig.World.Name("silver");
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified.Select(c => World.Text(c, "mutable_parameters", "iops")), Is.EqualTo((string[])["5000", "100"]));
    }

    [Test]
    public async Task A_new_process_goes_on_with_what_is_in_progress_without_another_mark()
    {
        var claim = new TestClaim().OfClass("silver").InState("""{"modifyVolumeStatus":{"targetVolumeAttributesClassName":"gold","status":"InProgress"}}""");
        var rig = await GivenClasses(claim, null, Fails(StatusCode.InvalidArgument), DriverRule.Default);
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified.Select(c => World.Text(c, "mutable_parameters", "iops")), Is.EqualTo((string[])["5000", "100"]));
        Assert.That(rig.Writes[0].Body, Does.Contain("Infeasible"), "the first write is what became of the old target");
    }

    [Test]
    public async Task A_wish_that_is_taken_back_is_cancelled_once_the_driver_has_refused()
    {
        var claim = new TestClaim().AtRest().InState(
            """{"modifyVolumeStatus":{"targetVolumeAttributesClassName":"gold","status":"InProgress"},"conditions":[{"type":"ModifyingVolume","status":"True"}]}""");
        var rig = await GivenClasses(claim, new RigOptions().With(o => o with { RetryIntervalMax = TimeSpan.FromMilliseconds(100) }), Fails(StatusCode.InvalidArgument));
        await rig.World.UntilEvent("VolumeModifyCanceled", "Cancelled modify.");
        await rig.World.Until(World.Claims, "a", c => World.Conditions(c) is ["ModifyVolumeError"]);
        Assert.That(rig.Modified, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task One_that_goes_back_to_the_class_it_has_is_given_it_again()
    {
        var claim = new TestClaim().OfClass("silver").InState(
            """{"currentVolumeAttributesClassName":"silver","modifyVolumeStatus":{"targetVolumeAttributesClassName":"gold","status":"Infeasible"}}""");
        var rig = await GivenClasses(claim);
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified.Single()["mutable_parameters"]!.ToJsonString(), Is.EqualTo("""{"iops":"100"}"""));
    }

    private static IEnumerable<TestCaseData> Passed()
    {
        yield return new TestCaseData(new TestClaim().OfClass("gold").InState("""{"currentVolumeAttributesClassName":"gold"}""")).SetArgDisplayNames("has it");
        yield return new TestCaseData(new TestClaim().OfClass("gold").Of("other.example.com")).SetArgDisplayNames("of another driver");
        yield return new TestCaseData(new TestClaim().OfClass("gold").InPhase("Pending")).SetArgDisplayNames("not bound");
        yield return new TestCaseData(new TestClaim().OfClass("gold").Foreign()).SetArgDisplayNames("of another incarnation");
        yield return new TestCaseData(new TestClaim().OfClass("gold").From("nfs", """{"server":"s","path":"/"}""")).SetArgDisplayNames("of no driver");
        yield return new TestCaseData(new TestClaim().AtRest()).SetArgDisplayNames("of no class");
    }

    [TestCaseSource(nameof(Passed))]
    public async Task A_claim_is_passed_by(TestClaim claim)
    {
        var rig = await GivenClasses(claim);
        await rig.FenceModify();
        Assert.That(rig.Modified, Is.Empty);
        Assert.That(rig.Writes, Is.Empty);
    }

    [Test]
    public async Task The_gate_switches_it_off()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold"), new RigOptions().With(o => o with { Modifies = false }));
        await rig.Fence(); // of the one controller that there is; the other would have been told of its claim with the first list
        Assert.That(rig.Modified, Is.Empty);
        Assert.That(rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.EqualTo(World.AttributesClasses));
    }

    /// <summary>Between the look for the class and the note that the claim waits for it nobody would tell.</summary>
    [Test]
    public async Task A_class_that_is_made_while_its_absence_is_noted_is_not_missed()
    {
        var rig = await Prepared();
        rig.World.Add(new TestClaim("other").OfClass("missing")); // so that classes are watched
        await rig.Run();
        await rig.World.UntilEvent("VolumeModifyFailed", "VAC \"missing\" does not exist.", "other");
        await rig.Log.WaitForLine(l => l.StartsWith("Cache is populated volumeattributesclasses", StringComparison.Ordinal));
        var noted = rig.Cluster.Faults.Add(Patch(World.Claims, "status") with { Name = "a" }, new FaultAction.HoldAnswer(), times: 1);
        rig.World.Add(new TestClaim().OfClass("gold"));
        await noted.Reached.WithinLimit();
        rig.World.AddAttributesClass("gold");
        // The watch has brought it when it has brought what was made after it, which brings up who waits for that.
        rig.World.AddAttributesClass("missing", iops: "1");
        await rig.World.UntilClass("missing", "other");
        noted.Release();
        await rig.World.UntilClass("gold"); // the long pause is longer than any wait here
    }

    /// <summary>The answer to our own write brings the wish sooner than the watch does.</summary>
    [Test]
    public async Task A_class_that_is_seen_with_our_own_write_first_is_not_missed()
    {
        var rig = await GivenClasses(new TestClaim().AtRest());
        var gate = rig.Driver.Hold(Modify);
        rig.World.Name("gold");
        await gate.Entered.WithinLimit();
        using var lag = await rig.Lag(World.Claims);
        rig.World.Name("silver");
        gate.Release();
        await rig.World.UntilEvent("VolumeModifySuccessful", "with vac gold");
        lag.Release();
        await rig.World.UntilClass("silver");
        Assert.That(rig.Modified, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_claim_that_grows_and_is_given_another_class_at_once_gets_both_by_one_call_each()
    {
        var rig = await GivenClasses(new TestClaim().OfClass("gold").Asking("2Gi"));
        await rig.World.UntilClass("gold");
        await rig.World.UntilSized("2Gi");
        Assert.That((rig.Expanded.Count, rig.Modified.Count), Is.EqualTo((1, 1)));
        Assert.That(rig.World.EventsAbout("a"), Has.None.Contains("Failed"));
        Assert.That(rig.World.Conditions(), Is.Empty);
    }
}
