using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>When a claim is worked on, again and no more (provisioner contract 4, and 13 numbers 25, 27, 56 to 63).</summary>
internal sealed class ClaimLifeTests : RigTest
{
    private static readonly TestClass s_class = new();
    private static readonly TestClaim s_claim = new();

    private static readonly TestClaim[] s_notOurs =
    [
        s_claim.BoundTo("somebody-elses-volume"),
        s_claim.Unassigned(),
        s_claim.Unassigned().Annotated("volume.kubernetes.io/storage-provisioner", "other.example.com"),
        // The newer annotation wins, even over an older one that names us.
        s_claim.Unassigned().Annotated("volume.kubernetes.io/storage-provisioner", "").Annotated("volume.beta.kubernetes.io/storage-provisioner", ScriptedDriverOptions.DefaultName),
    ];

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)] // 56
    public async Task A_claim_that_is_bound_or_not_ours_is_left_alone(int which)
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(s_class);
        rig.World.Add(s_notOurs[which]);
        await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        Assert.That(rig.World.EventsAbout("claim"), Is.Empty);
        Assert.That(rig.MetricLines(), Has.None.Contains("provision_failed_total{class=\"fast\""));
    }

    [Test] // 56, 57
    public async Task A_delayed_claim_waits_for_its_node()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(s_class.Delayed());
        var claim = rig.World.Add(s_claim);
        await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"n1"}}}""");
        await rig.World.UntilProvisioned(claim);
    }

    [Test] // 58
    public async Task A_claim_of_a_missing_class_is_provisioned_the_moment_the_class_appears()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        var claim = rig.World.Add(s_claim);
        await rig.Fence();
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("controller_persistentvolumeclaim_provision_failed_total{class=\"fast\",source=\"\"} 1"));
        Assert.That(rig.World.EventsAbout("claim"), Is.Empty);
        rig.World.Add(s_class);
        await rig.World.UntilProvisioned(claim); // the clock stands: no back-off has passed
    }

    [Test]
    public async Task A_claim_whose_class_was_of_another_driver_is_provisioned_when_the_class_is_made_anew()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(s_class.OfProvisioner("other.example.com"));
        var claim = rig.World.Add(s_claim);
        await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("controller_persistentvolumeclaim_provision_failed_total{class=\"fast\",source=\"\"} 1"));
        rig.World.Delete("storageclasses", "fast");
        rig.World.Add(s_class);
        await rig.World.UntilProvisioned(claim);
    }

    [Test] // 59
    public async Task A_claim_whose_volume_is_known_is_not_provisioned_again()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        rig.World.Add(new TestVolume($"pvc-{claim.Uid}").ClaimedBy(claim.Uid).InPhase("Available"));
        await rig.Run();
        await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("controller_persistentvolumeclaim_provision_failed_total{class=\"fast\",source=\"\"} 1"));
    }

    [Test]
    public async Task A_claim_whose_volume_was_deleted_before_it_was_bound_gets_another()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        rig.World.Add(new TestVolume($"pvc-{claim.Uid}").ClaimedBy(claim.Uid).InPhase("Available").Held());
        await rig.Run();
        await rig.Fence();
        rig.World.Delete(World.Volumes, $"pvc-{claim.Uid}");
        await rig.Driver.WaitForCalls("CreateVolume");
        await rig.World.UntilProvisioned(claim);
    }

    [Test]
    public async Task A_claim_whose_name_for_the_volume_is_taken_by_another_claims_is_told_so_and_the_driver_not_asked()
    {
        var rig = await Prepared();
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        rig.World.Add(new TestVolume($"pvc-{claim.Uid}").ClaimedBy("of-another"));
        await rig.Run();
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "exists for claim default/former");
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
    }

    [Test]
    public async Task Two_claims_whose_volumes_would_have_one_name_never_get_one_volume_though_they_come_together()
    {
        var rig = await Started(new RigOptions
        {
            Provisioner = new ProvisionerOptions
            {
                Naming = new VolumeNaming("pvc", 1),
                RetryIntervalStart = TimeSpan.FromMilliseconds(20),
                RetryIntervalMax = TimeSpan.FromMilliseconds(20),
                WorkerThreads = 40,
            },
        });
        using var gate = rig.Driver.Hold("CreateVolume");
        rig.World.Add(s_class);
        const int more = 17; // than there are digits, so two of them certainly meet
        var claims = Enumerable.Range(0, more).Select(i => rig.World.Add(new TestClaim($"claim-{i}"))).ToArray();
        var names = claims.GroupBy(c => c.Uid[0]).ToArray();
        await rig.Driver.WaitForCalls("CreateVolume", names.Length);
        gate.Release();
        foreach (var name in names) await rig.World.UntilExists(World.Volumes, $"pvc-{name.Key}");

        foreach (var loser in names.Where(n => n.Count() > 1))
        {
            var served = loser.Count(c => rig.World.EventsAbout(c.Name).Any(e => e.StartsWith("ProvisioningSucceeded", StringComparison.Ordinal)));
            Assert.That(served, Is.LessThanOrEqualTo(1), $"claims of pvc-{loser.Key}");
        }
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(names.Length), "the driver is asked once for each name");
    }

    private static IEnumerable<TestCaseData> Codes() =>
        Enum.GetValues<StatusCode>().Where(c => c is not (StatusCode.OK or StatusCode.InvalidArgument)).Select(c => new TestCaseData(c));

    [TestCaseSource(nameof(Codes))] // 27, 60, 61
    public async Task After_an_error_a_deleted_claim_is_given_up_where_the_driver_is_done_and_finished_where_it_may_not_be(StatusCode code)
    {
        var mayBeWorking = code is StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Unavailable or StatusCode.Aborted;
        var rig = await Started(RigOptions.WithStandingClock);
        rig.Driver.Answer("CreateVolume", Fails(code), DriverRule.Default);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Does.StartWith("rpc error: code = ").And.Contain("desc = scripted "));
        await rig.Fence();

        rig.World.Delete(World.Claims, "claim");
        await rig.Fence();
        await rig.Passes(TimeSpan.FromSeconds(1));
        if (mayBeWorking)
        {
            var volume = await rig.World.UntilProvisioned(claim);
            Assert.That(World.Text(volume, "spec", "claimRef", "uid"), Is.EqualTo(claim.Uid));
        }
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(mayBeWorking ? 2 : 1));
        Assert.That(rig.World.Find(World.Volumes, $"pvc-{claim.Uid}"), mayBeWorking ? Is.Not.Null : Is.Null);
    }

    [Test]
    public async Task A_claim_deleted_while_the_driver_works_still_gets_the_volume_that_comes()
    {
        var rig = await Started();
        rig.World.Add(s_class);
        var gate = rig.Driver.Hold("CreateVolume");
        var claim = rig.World.Add(s_claim);
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Claims, "claim");
        gate.Release();
        var volume = await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(volume, "spec", "claimRef", "name"), Is.EqualTo("claim"));
    }

    [Test]
    public async Task A_claim_that_is_deleted_before_the_answer_about_its_volume_is_told_of_it_all_the_same()
    {
        var rig = await Started();
        rig.World.Add(s_class);
        using var held = rig.Cluster.Faults.Add(new RequestMatch { Verb = "create", Resource = World.Volumes }, new FaultAction.HoldAnswer(), times: 1);
        await rig.World.UntilProvisioned(rig.World.Add(s_claim));
        rig.World.Delete(World.Claims, "claim");
        rig.World.Add(new TestClaim("next"));
        await rig.World.UntilEvent("next", "Provisioning"); // the deletion is known by then
        held.Release();
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");
    }

    [Test] // 61: NoChange keeps what was known
    public async Task A_failure_of_ours_does_not_make_it_forgotten_that_the_driver_may_be_working()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.AddSecret("s", ("k", "v"));
        rig.World.Add(s_class.WithProvisionerSecret("default", "s"));
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.Aborted), DriverRule.Default);
        var claim = rig.World.Add(s_claim);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "Aborted");
        await rig.Fence();
        rig.World.Delete("secrets", "s");
        await rig.Passes(TimeSpan.FromSeconds(1));
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "error getting secret");
        rig.World.Delete(World.Claims, "claim");
        await rig.Fence();
        rig.World.AddSecret("s", ("k", "v"));
        await rig.Passes(TimeSpan.FromSeconds(2));
        await rig.World.UntilProvisioned(claim);
    }

    [Test] // 63
    public async Task An_infeasible_claim_is_left_alone_for_five_minutes()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.InvalidArgument, "no such type"), DriverRule.Default);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Is.EqualTo(
            "Volume provisioning failed with infeasible error. Retries will be delayed. rpc error: code = InvalidArgument desc = no such type"));
        await rig.Fence();
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"labels":{"an":"update"}}}""");
        await rig.Fence();
        await rig.Passes(TimeSpan.FromSeconds(299));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        await rig.Passes(TimeSpan.FromSeconds(1));
        await rig.World.UntilProvisioned(claim);
    }

    [Test] // 63
    public async Task An_infeasible_claim_is_tried_at_once_when_its_class_is_made_anew()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.InvalidArgument), DriverRule.Default);
        rig.World.Add(s_class.With(("type", "wrong")));
        var claim = rig.World.Add(s_claim);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "infeasible");
        await rig.Fence();
        rig.World.Delete("storageclasses", "fast");
        rig.World.Add(s_class.With(("type", "right")));
        await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(rig.Calls("CreateVolume")[^1], "parameters", "type"), Is.EqualTo("right"));
    }

    [Test]
    public async Task A_claim_that_waits_for_long_says_what_it_waits_for_and_when_it_is_tried_again()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(new TestClaim("classless").OfClass("missing"));
        await rig.Fence();
        for (var pause = 1; pause < 32; pause *= 2) await rig.Passes(TimeSpan.FromSeconds(pause));
        Assert.That(await rig.World.UntilEvent("classless", "ProvisioningDelayed"), Is.EqualTo(
            "the next attempt follows in 32s, or as soon as the claim is changed or its class made anew: storageClass \"missing\" not found"));
        Assert.That(rig.World.EventsAbout("classless"), Has.Count.EqualTo(1), "nobody asks about the first half minute");
    }

    [Test]
    public async Task A_claim_bound_behind_the_back_of_the_cache_is_not_provisioned_again()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.Internal), DriverRule.Default);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        var next = rig.World.Add(new TestClaim("next").OfClass("later"));
        await rig.World.UntilEvent("claim", "ProvisioningFailed");
        await rig.Fence();
        // The cache goes blind, and the claim is bound and its volume gone before the retry.
        Assert.That(rig.Cluster.Faults.SilenceWatches(To("watch", World.Claims)), Is.EqualTo(1));
        rig.World.Patch(World.Claims, "claim", """{"spec":{"volumeName":"somebody-elses-volume"}}""");
        rig.Advance(TimeSpan.FromSeconds(1));
        await rig.Cluster.Requests.WaitFor(To("get", World.Claims) with { Name = "claim" }).WithinLimit();
        rig.World.Add(new TestClass("later")); // puts the other claim in line, behind this one
        await rig.World.UntilProvisioned(next);
        Assert.That(rig.Calls("CreateVolume").Count(c => World.Text(c, "name") == $"pvc-{claim.Uid}"), Is.EqualTo(1));
    }

    [Test]
    public async Task The_events_and_metrics_of_a_success_are_the_contracts()
    {
        var rig = await Started();
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        Assert.That(await rig.World.UntilEvent("claim", "Provisioning"), Is.EqualTo("External provisioner is provisioning volume for claim \"default/claim\""));
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningSucceeded"), Is.EqualTo($"Successfully provisioned volume pvc-{claim.Uid}"));
        await rig.Log.WaitForLine(line => line.StartsWith("Provisioned volume", StringComparison.Ordinal));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("controller_persistentvolumeclaim_provision_total{class=\"fast\",source=\"\"} 1"));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("controller_persistentvolumeclaim_provision_duration_seconds_count{class=\"fast\",source=\"\"} 1"));
    }
}
