using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Intents;

/// <summary>What stands on a claim while its volume is being made, and what becomes of it.</summary>
internal sealed class DurableIntentTests : RigTest
{
    private const string Mark = "external-provisioner.volume.kubernetes.io/durable-intent";
    private const string Held = "kubernetes.io/pvc-protection";

    private static RigOptions Noting { get; } = new() { Provisioner = new RigOptions().Provisioner with { NotesIntents = true } };

    [Test]
    public async Task A_claim_notes_its_volume_before_the_driver_is_asked_and_not_after_it_is_stored()
    {
        var rig = await Started(Noting);
        var gate = rig.Driver.Hold("CreateVolume");
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(new TestClaim().Held(Held));
        await gate.Entered.WithinLimit();
        var noted = rig.World.Find(World.Claims, "claim")!;
        Assert.That(World.Finalizers(noted), Is.EqualTo((string[])[Held, Mark]));
        Assert.That(World.Text(noted, "metadata", "annotations", Mark), Is.EqualTo($$"""{"driver":"csi.example.com","volume":"pvc-{{claim.Uid}}"}"""));
        gate.Release();
        await rig.World.UntilProvisioned(claim);
        var settled = await UntilUnmarked(rig);
        Assert.That(World.Finalizers(settled), Is.EqualTo((string[])[Held]));
        Assert.That(settled["metadata"]!["annotations"]![Mark], Is.Null);
        Assert.That(rig.Cluster.Requests.Count(To("update", World.Claims)), Is.EqualTo(2), "two writes");
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"labels":{"a":"b"}}}""");
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");
        Assert.That(rig.MetricLines(), Has.None.StartsWith("controller_persistentvolumeclaim_provision_failed_total"), "our own writes are no attempts");
    }

    [Test]
    public async Task Without_the_flag_nothing_is_written()
    {
        var rig = await Started();
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        Assert.That(rig.Cluster.Requests.Count(To("update", World.Claims)), Is.Zero);
    }

    [TestCase(StatusCode.Internal, false)]
    [TestCase(StatusCode.DeadlineExceeded, true)]
    public async Task A_refusal_that_is_final_takes_the_note_off_and_one_that_is_not_leaves_it(StatusCode code, bool stays)
    {
        var rig = await Started(Noting with { ClockStands = true, Provisioner = RigOptions.WithStandingClock.Provisioner with { NotesIntents = true } });
        rig.Driver.Answer("CreateVolume", Fails(code));
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim().Held(Held));
        await rig.World.UntilEvent("claim", "ProvisioningFailed");
        await rig.Fence();
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "claim")), stays ? Does.Contain(Mark) : Does.Not.Contain(Mark));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_volume_whose_claim_was_deleted_while_nobody_looked_is_made_out_and_deleted(bool isStillWanted)
    {
        var rig = await Started(Noting);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.DeadlineExceeded));
        rig.World.AddSecret("s", ("k", "v"));
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "s"));
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed");
        await rig.Stop();
        rig.World.Delete(World.Claims, "claim");
        Assert.That(rig.World.Find(World.Claims, "claim"), Is.Not.Null, "held by the note");

        rig.Driver.Answer("CreateVolume");
        rig.Driver.Answer("DeleteVolume", Fails(StatusCode.Internal), DriverRule.Default);
        if (isStillWanted) await rig.Run();
        else
        {
            // The flag is off by now: what is noted is settled all the same.
            await rig.Run(new RigOptions().Provisioner);
        }
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That(World.Text(rig.Calls("CreateVolume")[^1], "name"), Is.EqualTo($"pvc-{claim.Uid}"));
        Assert.That(rig.Calls("CreateVolume")[^1].ToJsonString(), Is.EqualTo(rig.Calls("CreateVolume")[0].ToJsonString()), "the same call");
        Assert.That(World.Text(rig.Calls("DeleteVolume")[^1], "volume_id"), Is.EqualTo($"vol-of-pvc-{claim.Uid}"));
        Assert.That(World.Text(rig.Calls("DeleteVolume")[^1], "secrets", "k"), Is.EqualTo("v"));
        Assert.That(rig.World.All(World.Volumes), Is.Empty);
        Assert.That(rig.World.EventsAbout("claim"), Has.Some.Contains("cannot delete volume vol-of-pvc-"));
    }

    [Test]
    public async Task A_deleted_claim_whose_volume_stands_in_the_api_only_loses_its_note()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        rig.World.Add(new TestVolume($"pvc-{claim.Uid}").ClaimedBy(claim.Uid));
        rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That(rig.Driver.Calls.Of("CreateVolume").Concat(rig.Driver.Calls.Of("DeleteVolume")), Is.Empty);
    }

    [Test]
    public async Task A_volume_that_only_the_api_server_knows_of_is_not_deleted()
    {
        var rig = await Started(Noting);
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("first")));
        // The cache does not learn of the volume, as from a server that lags behind.
        Assert.That(rig.Cluster.Faults.SilenceWatches(To("watch", World.Volumes)), Is.EqualTo(1));
        var claim = rig.World.Add(Noted("claim"));
        rig.World.Add(new TestVolume($"pvc-{claim.Uid}").ClaimedBy(claim.Uid));
        rig.World.Delete(World.Claims, "claim");
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That((rig.Driver.Calls.Of("CreateVolume").Count, rig.Driver.Calls.Of("DeleteVolume").Count), Is.EqualTo((1, 0)), "but for the first claim");
    }

    [Test]
    public async Task A_claim_that_was_bound_to_the_volume_has_had_it_even_if_it_is_gone()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        rig.World.Patch(World.Claims, "claim", $$$"""{"spec":{"volumeName":"pvc-{{{claim.Uid}}}"}}""");
        rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That(rig.Driver.Calls.Of("CreateVolume").Concat(rig.Driver.Calls.Of("DeleteVolume")), Is.Empty, "what was kept on purpose is not to be deleted");
    }

    [Test]
    public async Task A_claim_bound_to_another_volume_meanwhile_wants_its_own_no_more()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        rig.World.Patch(World.Claims, "claim", """{"spec":{"volumeName":"other"}}""");
        await rig.Run();
        await UntilUnmarked(rig);
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo($"vol-of-pvc-{claim.Uid}"));
    }

    [Test]
    public async Task Without_its_class_the_call_cannot_be_made_again_and_the_claim_says_so()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(Noted("claim"));
        rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"),
            Does.Contain("storageClass \"fast\" not found").And.Contain("take the finalizer").And.Contain(Mark));
        rig.World.Add(new TestClass());
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_noted_clone_is_settled_although_its_source_is_being_deleted(bool isDeleted)
    {
        const string cloneFinalizer = "provisioner.storage.kubernetes.io/cloning-protection";
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var source = rig.World.Add(new TestClaim("source").BoundTo("pv-of-source").Held(cloneFinalizer));
        rig.World.Patch(World.Claims, "source", """{"status":{"phase":"Bound"}}""", "status");
        rig.World.Add(new TestVolume("pv-of-source").ClaimedBy(source.Uid, "source"));
        var claim = rig.World.Add(Noted("claim").Specified("dataSource", new JsonObject { ["kind"] = "PersistentVolumeClaim", ["name"] = "source" }));
        rig.World.Patch(World.Claims, "claim", """{"status":{"phase":"Pending"}}""", "status");
        rig.World.Delete(World.Claims, "source");
        if (isDeleted) rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        if (isDeleted) await rig.World.UntilGone(World.Claims, "claim");
        else
        {
            await rig.World.UntilProvisioned(claim);
            rig.World.Patch(World.Claims, "claim", """{"status":{"phase":"Bound"}}""", "status");
        }
        await rig.World.UntilGone(World.Claims, "source");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(isDeleted ? 1 : 0));
    }

    [Test]
    public async Task The_name_that_is_noted_is_asked_for_again_however_long_names_are_now()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        var name = $"pvc-{claim.Uid.Replace("-", "", StringComparison.Ordinal)[..10]}";
        Note(rig, name);
        await rig.Run();
        await rig.World.UntilExists(World.Volumes, name);
        Assert.That(World.Text(rig.Calls("CreateVolume").Single(), "name"), Is.EqualTo(name));
        await UntilUnmarked(rig);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_name_with_another_prefix_is_not_asked_for_and_the_claim_says_so(bool isDeleted)
    {
        var rig = await Prepared(new RigOptions());
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        Note(rig, $"old-{claim.Uid}");
        if (isDeleted) rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        await rig.World.UntilEvent("claim", "ProvisioningFailed", $"a call for volume old-{claim.Uid} is noted on the claim");
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("next")));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "claim")), Does.Contain(Mark), "what it names may be there");
    }

    [TestCase(StatusCode.OutOfRange)]
    [TestCase(StatusCode.Internal)]
    [TestCase(StatusCode.DeadlineExceeded)]
    public async Task A_call_that_failed_waits_for_its_back_off_whatever_was_noted(StatusCode code)
    {
        var rig = await Started(RigOptions.WithStandingClock with { Provisioner = RigOptions.WithStandingClock.Provisioner with { NotesIntents = true } });
        rig.Driver.Answer("CreateVolume", Fails(code));
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed");
        for (var i = 0; i < 3; i++) await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        await rig.Passes(TimeSpan.FromSeconds(1));
        await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2));
    }

    [TestCase(StatusCode.AlreadyExists)]
    [TestCase(StatusCode.PermissionDenied)]
    [TestCase(StatusCode.Unauthenticated)]
    public async Task A_refusal_that_says_nothing_of_the_earlier_call_keeps_the_note(StatusCode code)
    {
        var rig = await Prepared(Noting);
        rig.Driver.Answer("CreateVolume", Fails(code));
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        Note(rig, $"pvc-{claim.Uid}");
        await rig.Run();
        await rig.World.UntilEvent("claim", "ProvisioningFailed");
        rig.World.Delete(World.Claims, "claim");
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed", "does not say what became of"), Does.Contain($"take the finalizer {Mark} off the claim"));
        Assert.That(rig.World.Find(World.Claims, "claim"), Is.Not.Null);
        rig.Driver.Answer("CreateVolume");
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo($"vol-of-pvc-{claim.Uid}"));
    }

    [Test]
    public async Task A_note_that_cannot_be_written_asks_for_nothing_even_when_the_claim_is_gone()
    {
        var rig = await Started(Noting);
        var fault = rig.Cluster.Faults.Add(To("update", World.Claims), Answers(403, "Forbidden"));
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "so the driver was not asked");
        rig.World.Delete(World.Claims, "claim");
        rig.Cluster.Faults.Clear();
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("next")));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        Assert.That(fault, Is.Not.Null);
    }

    [Test]
    public async Task A_text_that_was_left_over_is_no_note_before_its_finalizer_is_there()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(new TestClaim());
        Note(rig, $"pvc-{claim.Uid}");
        var gate = rig.Driver.Hold("CreateVolume");
        await rig.Run();
        await gate.Entered.WithinLimit();
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "claim")), Does.Contain(Mark));
        gate.Release();
        await UntilUnmarked(rig);
    }

    [Test]
    public async Task A_claim_bound_to_a_volume_of_a_former_prefix_only_loses_its_note()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        Note(rig, $"old-{claim.Uid}");
        rig.World.Patch(World.Claims, "claim", $$$"""{"spec":{"volumeName":"old-{{{claim.Uid}}}"}}""");
        await rig.Run();
        await UntilUnmarked(rig);
        Assert.That(rig.Driver.Calls.Of("CreateVolume").Concat(rig.Driver.Calls.Of("DeleteVolume")), Is.Empty);
    }

    [Test]
    public async Task A_node_that_is_selected_while_a_note_is_taken_off_is_asked_for()
    {
        var options = RigOptions.WithTopology;
        var rig = await Prepared(options with { Provisioner = options.Provisioner with { NotesIntents = true } });
        rig.World.AddPlacedNode("n1", "zone=z1", "zone");
        rig.World.AddPlacedNode("n2", "zone=z2", "zone");
        rig.World.Add(new TestClass().Delayed());
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.ResourceExhausted), DriverRule.Default);
        await rig.Run();
        var gate = rig.Driver.Hold("CreateVolume");
        var claim = rig.World.Add(new TestClaim().OnNode("n1"));
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"n2"}}}""");
        gate.Release();
        await rig.World.UntilProvisioned(claim);
    }

    [Test]
    public async Task Whatever_the_driver_made_for_a_deleted_claim_is_deleted_once()
    {
        var rig = await Prepared(Noting);
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"small","capacity_bytes":"1"}}"""));
        rig.World.Add(new TestClass());
        rig.World.Add(Noted("claim"));
        rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That(rig.Calls("DeleteVolume").Select(c => World.Text(c, "volume_id")), Is.EqualTo((string[])["small"]));
    }

    [TestCase("csi.example.com")]
    [TestCase("an.older.name")]
    public async Task A_volume_that_another_object_names_is_not_deleted(string provisionedBy)
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        // Somebody found the volume at the backend and bound the claim to it by hand.
        var manual = new TestVolume("manual").ClaimedBy(claim.Uid).ToJson();
        manual["spec"]!["csi"]!["volumeHandle"] = $"vol-of-pvc-{claim.Uid}";
        manual["metadata"]!["annotations"]!["pv.kubernetes.io/provisioned-by"] = provisionedBy;
        rig.World.Create(World.Volumes, manual);
        rig.World.Patch(World.Claims, "claim", """{"spec":{"volumeName":"manual"}}""");
        await rig.Run();
        await UntilUnmarked(rig);
        Assert.That((rig.Driver.Calls.Of("CreateVolume").Count, rig.Driver.Calls.Of("DeleteVolume").Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_wrong_answer_for_a_volume_that_is_in_use_deletes_nothing()
    {
        var rig = await Started(Noting);
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("first")));
        // The cache does not learn of the volume, as from a server that lags behind.
        Assert.That(rig.Cluster.Faults.SilenceWatches(To("watch", World.Volumes)), Is.EqualTo(1));
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"in-use","capacity_bytes":"1"}}"""));
        var claim = new TestClaim().ToJson();
        var gate = rig.Driver.Hold("CreateVolume");
        var uid = rig.World.Create(World.Claims, claim).Uid;
        await gate.Entered.WithinLimit();
        var volume = new TestVolume($"pvc-{uid}").ClaimedBy(uid).ToJson();
        volume["spec"]!["csi"]!["volumeHandle"] = "in-use";
        rig.World.Create(World.Volumes, volume);
        gate.Release();
        await rig.World.UntilEvent("claim", "ProvisioningFailed", $"PersistentVolume pvc-{uid} names it");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
    }

    [Test]
    public async Task A_deleted_claim_whose_object_the_server_refuses_leaves_no_volume()
    {
        var rig = await Started(Noting);
        rig.Cluster.Faults.Add(To("create", World.Volumes), Answers(422, "Invalid"));
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "cannot be saved");
        rig.World.Delete(World.Claims, "claim");
        await rig.World.UntilGone(World.Claims, "claim");
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo($"vol-of-pvc-{claim.Uid}"));
    }

    [Test]
    public async Task A_claim_another_instance_has_noted_says_who_has_to_settle_that()
    {
        var rig = await Prepared(new RigOptions());
        rig.World.Add(new TestClass());
        rig.World.Add(Noted("claim", """{"driver":"csi.example.com","node":"n7","volume":"v"}"""));
        await rig.Run();
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Does.StartWith("csi-provisioner of node n7 has noted a call for volume v"));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
    }

    [Test]
    public async Task A_claim_that_was_taken_away_with_its_note_is_seen_through_while_the_process_lives()
    {
        var rig = await Started(Noting with { HasControllers = true });
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.DeadlineExceeded));
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed");
        rig.World.Delete(World.Claims, "claim");
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"finalizers":null}}""");
        await rig.World.UntilGone(World.Claims, "claim");
        rig.Driver.Answer("CreateVolume");
        // At once, or by way of a volume that is released.
        await rig.Driver.WaitForCalls("DeleteVolume");
        Assert.That(World.Text(rig.Calls("DeleteVolume")[0], "volume_id"), Is.EqualTo($"vol-of-pvc-{claim.Uid}"));
        await rig.World.UntilGone(World.Volumes, $"pvc-{claim.Uid}");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_note_that_names_another_claims_volume_asks_for_ones_own(bool isDeleted)
    {
        var rig = await Prepared(new RigOptions()); // whoever may change a claim can write such a note, with or without the flag
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim"));
        Note(rig, "pvc-9a1c0a3e-1111-2222-3333-444444444444");
        if (isDeleted) rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        if (isDeleted) await rig.World.UntilGone(World.Claims, "claim");
        else await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(rig.Calls("CreateVolume").Single(), "name"), Is.EqualTo($"pvc-{claim.Uid}"));
        Assert.That(rig.Calls("DeleteVolume").Select(c => World.Text(c, "volume_id")), Is.EqualTo(isDeleted ? [$"vol-of-pvc-{claim.Uid}"] : Array.Empty<string>()));
    }

    [TestCase("""{"zone":"z1"}""", "z1")]
    [TestCase("""{"zone":"z2"}""", "z1")]
    [TestCase("", "z1")]
    public async Task A_note_places_no_volume_where_the_class_allows_none(string noted, string asked)
    {
        var rig = await Prepared(RigOptions.WithTopology);
        rig.World.Add(new TestClass().Allowing("zone=z1"));
        rig.World.AddPlacedNode("n1", "zone=z1", "zone");
        var claim = rig.World.Add(Noted("claim"));
        Note(rig, $"pvc-{claim.Uid}", $""","requisite":[{noted}],"preferred":[{noted}]""");
        await rig.Run();
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.Calls("CreateVolume").Single()["accessibility_requirements"]!["requisite"]!.ToJsonString(), Does.Contain(asked).And.Not.Contain("z2"));
    }

    [Test]
    public async Task A_name_too_short_to_tell_whose_it_is_is_made_again()
    {
        var rig = await Started(Noting with { Provisioner = Noting.Provisioner with { Naming = new("v", 3) } });
        rig.World.Add(new TestClass());
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.DeadlineExceeded), DriverRule.Default);
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilExists(World.Volumes, $"v-{claim.Uid[..3]}");
        await UntilUnmarked(rig);
        Assert.That(rig.Calls("CreateVolume").Select(c => World.Text(c, "name")), Is.EqualTo(Enumerable.Repeat($"v-{claim.Uid[..3]}", 2)));
    }

    [Test]
    public async Task A_note_somebody_spoiled_is_that_of_the_claims_driver_and_settled_as_if_it_had_none()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(Noted("claim", "spoiled"));
        await rig.Run();
        await rig.World.UntilProvisioned(claim);
        await UntilUnmarked(rig);
    }

    [Test]
    public async Task The_note_of_another_driver_is_left_alone()
    {
        var rig = await Started(Noting);
        rig.World.Add(new TestClass());
        rig.World.Add(Noted("claim", """{"driver":"other.example.com","volume":"v"}"""));
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("next")));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "claim")), Does.Contain(Mark));
    }

    [Test]
    public async Task A_claim_that_is_being_deleted_gets_no_volume_at_all()
    {
        var rig = await Prepared(Noting);
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim().Held(Held));
        rig.World.Delete(World.Claims, "claim");
        await rig.Run();
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("next")));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Made_deleted_and_made_again_under_one_name_beside_a_slow_driver_nothing_is_left()
    {
        var rig = await Started(Noting with { HasControllers = true });
        rig.World.Add(new TestClass());
        var uids = new List<string>();
        for (var round = 0; round < 5; round++)
        {
            var gate = rig.Driver.Hold("CreateVolume");
            uids.Add(rig.World.Add(new TestClaim().Unassigned()).Uid);
            await gate.Entered.WithinLimit();
            rig.World.Delete(World.Claims, "claim");
            gate.Release();
            await rig.World.UntilGone(World.Claims, "claim");
        }
        foreach (var uid in uids) await rig.World.UntilGone(World.Volumes, $"pvc-{uid}");
        Assert.That(rig.Calls("DeleteVolume").Select(c => World.Text(c, "volume_id")), Is.EquivalentTo(uids.Select(u => $"vol-of-pvc-{u}")));
    }

    /// <summary>A claim as a process that died left it.</summary>
    private static TestClaim Noted(string name, string? text = null)
    {
        var claim = new TestClaim(name).Held(Mark);
        return text is null ? claim : claim.Annotated(Mark, text);
    }

    private static void Note(ProvisionerRig rig, string volume, string more = "")
    {
        var text = $$"""{"driver":"csi.example.com","volume":"{{volume}}"{{more}}}""";
        rig.World.Patch(World.Claims, "claim", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Mark] = text } } }.ToJsonString());
    }

    private static Task<JsonObject> UntilUnmarked(ProvisionerRig rig) => rig.World.Until(World.Claims, "claim", c => !World.Finalizers(c).Contains(Mark));
}
