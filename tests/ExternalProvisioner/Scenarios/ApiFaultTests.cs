using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>The API server or the driver misbehaves while a claim is provisioned (provisioner contract 12; 13 numbers 25, 62).</summary>
internal sealed class ApiFaultTests : RigTest
{
    private static readonly TestClass s_class = new();
    private static readonly TestClaim s_claim = new();
    private static readonly RequestMatch s_post = To("create", World.Volumes);

    private static IEnumerable<TestCaseData> PassingFaults() =>
    [
        new TestCaseData(Answers(500, "InternalError")).SetName("A_volume_is_saved_after_answers_500_without_asking_the_driver_again"),
        new TestCaseData(Answers(503, "ServiceUnavailable")).SetName("A_volume_is_saved_after_answers_503_without_asking_the_driver_again"),
        new TestCaseData(Answers(429, "TooManyRequests")).SetName("A_volume_is_saved_after_answers_429_without_asking_the_driver_again"),
        new TestCaseData(new FaultAction.CutBefore()).SetName("A_volume_is_saved_after_connections_cut_before_the_write"),
        new TestCaseData(new FaultAction.CutAfter()).SetName("A_volume_whose_write_was_answered_by_a_cut_connection_counts_as_saved"),
    ];

    [TestCaseSource(nameof(PassingFaults))] // 62
    public async Task A_volume_is_saved_in_the_end(FaultAction fault)
    {
        var rig = await Started();
        using var planned = rig.Cluster.Faults.Add(s_post, fault, times: 2);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");
        Assert.That(rig.World.All(World.Volumes).Select(v => World.Text(v, "metadata", "name")), Is.EqualTo(new[] { $"pvc-{claim.Uid}" }));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
        await rig.Log.WaitForLine(line => line.StartsWith("Provisioned volume", StringComparison.Ordinal));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("controller_persistentvolumeclaim_provision_total{class=\"fast\",source=\"\"} 1"));
    }

    [Test]
    public async Task A_server_that_asks_to_come_back_later_is_given_that_time()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        using var planned = rig.Cluster.Faults.Add(s_post, Answers(429, "TooManyRequests", retryAfterSeconds: 7), times: 1);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        await rig.Log.WaitForLine(line => line.StartsWith("Sending an API request again POST", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(6.9));
        Assert.That(rig.Cluster.Requests.Count(s_post), Is.EqualTo(1));
        rig.Advance(TimeSpan.FromSeconds(0.1));
        await rig.World.UntilProvisioned(claim);
    }

    [Test]
    public async Task Events_that_get_no_answer_hold_up_no_volume()
    {
        var rig = await Started();
        using var held = rig.Cluster.Faults.Add(To("create", "events"), new FaultAction.Hold());
        rig.World.Add(s_class);
        foreach (var claim in Enumerable.Range(0, 20).Select(i => rig.World.Add(new TestClaim($"claim-{i}"))).ToList()) await rig.World.UntilProvisioned(claim);
        Assert.That(held.Hits, Is.EqualTo(1));
    }

    [Test]
    public async Task A_volume_the_server_refuses_is_told_on_the_claim_and_tried_again()
    {
        var rig = await Started();
        var planned = rig.Cluster.Faults.Add(s_post, Answers(422, "Invalid", "spec.nodeAffinity: Required value"));
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        var message = await rig.World.UntilEvent("claim", "ProvisioningFailed");
        Assert.That(message, Does.Contain($"the driver made volume vol-of-pvc-{claim.Uid}").And.Contain("spec.nodeAffinity: Required value").And.Contain("422"));
        planned.Dispose();
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_refused_volume_is_described_anew_when_its_class_is_put_right()
    {
        var rig = await Started();
        var planned = rig.Cluster.Faults.Add(s_post, Answers(403, "Forbidden", "admission webhook denied the request: mount option nolock"));
        rig.World.Add(new TestClass().Mounted("nolock"));
        var claim = rig.World.Add(s_claim);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "mount option nolock");

        rig.World.Delete("storageclasses", "fast");
        rig.World.Add(new TestClass().Mounted("noatime").With(("csi.storage.k8s.io/node-stage-secret-name", "s"), ("csi.storage.k8s.io/node-stage-secret-namespace", "ns")));
        // A claim that is made with the new class shows that the new class is known.
        var later = rig.World.Add(s_claim with { Name = "later" });
        await rig.World.UntilEvent("later", "ProvisioningFailed", "mount option nolock");
        planned.Dispose();

        var volume = await rig.World.UntilProvisioned(claim);
        Assert.That(Texts(volume["spec"]!["mountOptions"]), Is.EqualTo((string[])["noatime"]));
        Assert.That(World.Text(volume, "spec", "csi", "nodeStageSecretRef", "name"), Is.EqualTo("s"));
        await rig.World.UntilProvisioned(later);
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2), "the driver is asked once for each");
    }

    [Test]
    public async Task A_refused_volume_is_tried_at_once_when_its_class_is_edited()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        var planned = rig.Cluster.Faults.Add(s_post, Answers(403, "Forbidden", "admission webhook denied the request: mount option nolock"));
        rig.World.Add(new TestClass().Mounted("nolock"));
        var claim = rig.World.Add(s_claim);
        // The second try is made at once; the third has to wait for a clock that stands.
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains("the volume's object is not written yet", StringComparison.Ordinal));
        planned.Dispose();
        rig.World.Patch("storageclasses", "fast", """{"mountOptions":["noatime"]}""");

        var volume = await rig.World.UntilProvisioned(claim);
        Assert.That(Texts(volume["spec"]!["mountOptions"]), Is.EqualTo((string[])["noatime"]));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
    }

    [TestCase("handle", "for another volume, somebody-elses")]
    [TestCase("claim", "for claim default/former with uid of-another")]
    public async Task A_foreign_volume_of_the_same_name_is_no_success(string different, string expected)
    {
        var rig = await Started();
        rig.World.Add(s_class);
        var gate = rig.Driver.Hold("CreateVolume");
        var claim = rig.World.Add(s_claim);
        await gate.Entered.WithinLimit();
        var name = $"pvc-{claim.Uid}";
        var foreign = new TestVolume(name).ClaimedBy(different is "claim" ? "of-another" : claim.Uid).Held().ToJson();
        foreign["spec"]!["csi"]!["volumeHandle"] = different is "handle" ? "somebody-elses" : $"vol-of-{name}";
        rig.World.Create(World.Volumes, foreign);
        gate.Release();

        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Does.Contain(expected));
        Assert.That(rig.World.EventsAbout("claim"), Has.None.StartsWith("ProvisioningSucceeded"));
        rig.World.Delete(World.Volumes, name);
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");
        Assert.That(World.Text(rig.World.Find(World.Volumes, name), "spec", "claimRef", "name"), Is.EqualTo("claim"));
    }

    [Test]
    public async Task A_volume_of_the_same_name_that_is_being_deleted_is_waited_for()
    {
        var rig = await Started();
        rig.World.Add(s_class);
        var gate = rig.Driver.Hold("CreateVolume");
        var claim = rig.World.Add(s_claim);
        await gate.Entered.WithinLimit();
        var name = $"pvc-{claim.Uid}";
        var old = new TestVolume(name).ClaimedBy(claim.Uid).Held("test.example.com/held").ToJson();
        old["spec"]!["csi"]!["volumeHandle"] = $"vol-of-{name}";
        rig.World.Create(World.Volumes, old);
        rig.World.Delete(World.Volumes, name);
        gate.Release();
        await rig.Cluster.Requests.WaitFor(s_post, 2).WithinLimit();
        Assert.That(rig.World.EventsAbout("claim"), Has.None.StartsWith("ProvisioningSucceeded"));

        rig.World.Patch(World.Volumes, name, """{"metadata":{"finalizers":null}}""");
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");
        var saved = rig.World.Find(World.Volumes, name)!;
        Assert.That(saved["metadata"]!["deletionTimestamp"], Is.Null);
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
    }

    [TestCase("null", "without a volume")]
    [TestCase("{}", "without an id")]
    public async Task An_answer_without_a_volume_is_told_and_asked_for_again(string volume, string expected)
    {
        var rig = await Started();
        rig.Driver.Answer("CreateVolume", DriverRule.Answer(volume is "null" ? "{}" : $$"""{"volume":{{volume}}}"""), DriverRule.Default);
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", expected);
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2));
    }

    [Test] // 25
    public async Task A_smaller_volume_is_taken_back_and_asked_for_again()
    {
        var rig = await Prepared();
        rig.World.AddSecret("s", ("k", "v"));
        rig.World.Add(s_class.WithProvisionerSecret("default", "s"));
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"small","capacity_bytes":"80"}}"""), DriverRule.Default);
        await rig.Run();
        var claim = rig.World.Add(s_claim.Sized("100"));
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "created volume capacity 80 less than requested capacity 100");
        await rig.World.UntilProvisioned(claim);
        var deleted = rig.Calls("DeleteVolume").Single();
        Assert.That(World.Text(deleted, "volume_id"), Is.EqualTo("small"));
        Assert.That(World.Text(deleted, "secrets", "k"), Is.EqualTo("v"));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_smaller_volume_that_cannot_be_taken_back_is_called_orphaned()
    {
        var rig = await Started();
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"small","capacity_bytes":"80"}}"""), DriverRule.Default);
        rig.Driver.Answer("DeleteVolume", Fails(StatusCode.Internal, "not now"));
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim.Sized("100"));
        await rig.World.UntilEvent("claim", "ProvisioningFailed",
            $"Cleanup of volume pvc-{claim.Uid} failed, volume is orphaned: rpc error: code = Internal desc = not now");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(5));
    }

    [Test]
    public async Task A_driver_slower_than_the_timeout_is_asked_again_by_the_same_name()
    {
        var options = new RigOptions();
        var rig = await Started(options with { Provisioner = options.Provisioner with { Timeout = TimeSpan.FromMilliseconds(200) } });
        var gate = rig.Driver.Hold("CreateVolume");
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "code = DeadlineExceeded");
        gate.Release();
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.Calls("CreateVolume").Select(c => World.Text(c, "name")).Distinct().Count(), Is.EqualTo(1));
    }

    [TestCase("cut")]
    [TestCase("expired")]
    public async Task A_watch_that_breaks_during_the_work_loses_and_doubles_nothing(string how)
    {
        var rig = await Started();
        rig.World.Add(s_class);
        var gate = rig.Driver.Hold("CreateVolume");
        var early = rig.World.Add(s_claim);
        await gate.Entered.WithinLimit();
        foreach (var resource in (string[])[World.Claims, World.Volumes, "storageclasses"])
        {
            if (how is "cut") rig.Cluster.Faults.CutWatches(To("watch", resource));
            else rig.Cluster.Faults.FailWatches(To("watch", resource), new ApiStatus(410, "Expired", "too old resource version"));
        }
        if (how is "expired") rig.Cluster.Storage.CompactNow();
        var late = rig.World.Add(new TestClaim("late"));
        gate.Release();
        await rig.World.UntilProvisioned(early);
        await rig.World.UntilProvisioned(late);
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_server_that_goes_away_and_comes_back_finds_the_claim_provisioned_once()
    {
        var rig = await Started();
        rig.World.Add(s_class);
        var gate = rig.Driver.Hold("CreateVolume");
        var claim = rig.World.Add(s_claim);
        await gate.Entered.WithinLimit();
        rig.Cluster.Faults.StopServing();
        gate.Release();
        await rig.Log.WaitForLine(line => line.StartsWith("Failed to save", StringComparison.Ordinal));
        rig.Cluster.Faults.ResumeServing();
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task After_a_restart_before_the_volume_was_saved_the_driver_is_asked_by_the_same_name()
    {
        var rig = await Started();
        using (rig.Cluster.Faults.Add(s_post, Answers(500, "InternalError")))
        {
            rig.World.Add(s_class);
            rig.World.Add(s_claim);
            await rig.Log.WaitForLine(line => line.StartsWith("Failed to save", StringComparison.Ordinal));
            await rig.Stop();
        }
        await rig.Run();
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");
        Assert.That(rig.Calls("CreateVolume").Select(c => c.ToJsonString()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(rig.World.All(World.Volumes), Has.Count.EqualTo(1));
    }
}
