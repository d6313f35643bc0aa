using Sidecars.ClusterDriverRegistrar.Registration;
using Sidecars.EmbeddedCluster;

namespace Sidecars.ClusterDriverRegistrar.Tests.Registration;

/// <summary>The object comes into existence, and stays (registrar contract A4, A5, B2).</summary>
internal sealed class KeepingTests
{
    private const string Head = """{"apiVersion":"storage.k8s.io/v1","kind":"CSIDriver","metadata":{"name":"csi.example.com"},"spec":""";

    [TestCase(true, "", """{"attachRequired":true,"podInfoOnMount":false}""")]
    [TestCase(false, "", """{"attachRequired":false,"podInfoOnMount":false}""")]
    [TestCase(true, "--pod-info-mount=true", """{"attachRequired":true,"podInfoOnMount":true}""")]
    [TestCase(true, "--storage-capacity=false", """{"attachRequired":true,"podInfoOnMount":false,"storageCapacity":false}""")]
    public async Task A_missing_object_is_created_with_what_the_flags_say_and_nothing_else(bool attach, string flag, string spec)
    {
        await using var rig = await KeeperRig.StartAsync(attach, flag.Length > 0 ? [flag] : []);
        var created = await rig.Request("create");
        Assert.That((created.Code, created.Body), Is.EqualTo((201, Head + spec + "}")));
        await rig.Line("Created CSIDriver");
        Assert.That(rig.Writes, Is.EqualTo(1));
    }

    [Test]
    public async Task Every_field_of_the_spec_has_a_flag()
    {
        await using var rig = await KeeperRig.PrepareWithGatesAsync(("VolumeLimitScaling", true));
        await rig.Run(flags: [
            "--pod-info-mount", "--fs-group-policy=File", "--volume-lifecycle-modes=Persistent,Ephemeral", "--storage-capacity", "--requires-republish",
            """--token-requests=[{"audience":"vault","expirationSeconds":3600},{"audience":""}]""", "--se-linux-mount", "--node-allocatable-update-period=1m",
            "--service-account-token-in-secrets", "--prevent-pod-scheduling-if-missing"]);
        Assert.That((await rig.Request("create")).Body, Is.EqualTo(Head + """
            {"attachRequired":true,"podInfoOnMount":true,"volumeLifecycleModes":["Persistent","Ephemeral"],"storageCapacity":true,"fsGroupPolicy":"File","tokenRequests":[{"audience":"vault","expirationSeconds":3600},{"audience":""}],"requiresRepublish":true,"seLinuxMount":true,"nodeAllocatableUpdatePeriodSeconds":60,"serviceAccountTokenInSecrets":true,"preventPodSchedulingIfMissing":true}}
            """));
        await rig.Line("Created CSIDriver");
        Assert.That(rig.Metrics(), Does.Contain("csi_cluster_driver_registrar_object_in_order 1"), "the server keeps every field");
    }

    [Test]
    public async Task An_object_that_says_the_same_is_left_alone_whatever_defaults_the_server_filled_in()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"attachRequired":true,"podInfoOnMount":false}""");
        await rig.Run(flags: "--reconcile=true");
        await rig.Line("says what it should");
        await rig.Fence();
        Assert.That(rig.Writes, Is.Zero);
        Assert.That(rig.State.Missing, Is.Null);
    }

    [Test]
    public async Task A_deleted_object_is_there_again_at_once()
    {
        await using var rig = await KeeperRig.StartAsync(false);
        await rig.Line("Created CSIDriver");
        rig.Remove();
        await rig.Request("create", 2);
        Assert.That(rig.Spec["attachRequired"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task Whoever_deletes_the_object_again_and_again_is_answered_every_ten_seconds()
    {
        await using var rig = await KeeperRig.StartAsync();
        const int atOnce = 5;
        for (var i = 1; i <= atOnce; i++)
        {
            await rig.Request("create", i);
            rig.Remove();
        }
        await rig.Time.Pass(TimeSpan.FromSeconds(10));
        await rig.Request("create", atOnce + 1);
    }

    [Test]
    public async Task An_object_held_by_finalizers_is_created_anew_when_it_is_gone()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("{}", ""","finalizers":["example.com/hold"]""");
        await rig.Run();
        await rig.Line("says what it should");
        rig.Remove();
        await rig.Line("is being deleted and held by finalizers");
        Assert.That(rig.Requests("create"), Is.Zero);
        rig.Change("""{"metadata":{"finalizers":null}}""");
        Assert.That((await rig.Request("create")).Code, Is.EqualTo(201));
    }

    [Test]
    public async Task A_replica_that_comes_second_runs_on()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("{}");
        rig.PlanGone("get");
        await rig.Run();
        Assert.That((await rig.Request("create")).Code, Is.EqualTo(409));
        rig.Remove();
        Assert.That((await rig.Request("create", 2)).Code, Is.EqualTo(201));
    }

    [Test]
    public async Task With_the_rights_of_the_original_it_creates_every_two_minutes_and_takes_AlreadyExists_for_success()
    {
        await using var rig = await KeeperRig.PrepareAsync("create", "delete");
        await rig.Run();
        Assert.That((await rig.Request("create")).Code, Is.EqualTo(201));
        Assert.That(await rig.Line("Not allowed to read the CSIDriver"), Does.Contain("get"));
        await rig.Time.Pass(TimeSpan.FromMinutes(2));
        Assert.That((await rig.Request("create", 2)).Code, Is.EqualTo(409));
        Assert.That(rig.State.Missing, Is.Null);
        rig.Remove();
        await rig.Time.Pass(TimeSpan.FromMinutes(2));
        Assert.That((await rig.Request("create", 3)).Code, Is.EqualTo(201));
        Assert.That(rig.Log.Lines.Count(l => l.StartsWith("Not allowed", StringComparison.Ordinal)), Is.EqualTo(2), "each missing right is told once");
        Assert.That(rig.Requests("get") + rig.Requests("watch"), Is.EqualTo(2), "and not tried each time");
        Assert.That(rig.Metrics(), Does.Contain("object_in_order 1"), "as far as anybody can tell");
    }

    [Test]
    public async Task A_right_that_is_granted_later_is_found_out()
    {
        await using var rig = await KeeperRig.PrepareAsync("create", "delete");
        await rig.Run();
        await rig.Request("create");
        rig.Grant("create", "delete", "get", "watch");
        for (var round = 0; round <= OptionalRight.LeftOut; round++) await rig.Time.Pass(TimeSpan.FromMinutes(2));
        Assert.That((await rig.Request("get", 2)).Code, Is.EqualTo(200));
        rig.Remove();
        await rig.Line("Created CSIDriver", 2);
    }

    [Test]
    public async Task Without_the_right_to_watch_it_looks_every_two_minutes()
    {
        await using var rig = await KeeperRig.PrepareAsync("get", "create");
        await rig.Run();
        await rig.Line("Not allowed to watch");
        await rig.Line("Created CSIDriver");
        rig.Remove();
        await rig.Time.Pass(TimeSpan.FromMinutes(2));
        Assert.That((await rig.Request("create", 2)).Code, Is.EqualTo(201));
    }

    [Test]
    public async Task A_missing_right_to_watch_is_told_although_the_first_look_fails()
    {
        await using var rig = await KeeperRig.PrepareAsync("get", "create");
        rig.Plan("get", 500, "InternalError", times: 1);
        await rig.Run();
        await rig.Line("Not allowed to watch");
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Line("Created CSIDriver");
        Assert.That(rig.Log.Lines, Has.Exactly(1).StartsWith("Not allowed to watch"));
    }

    [Test]
    public async Task A_watch_that_fails_after_its_first_word_is_opened_ever_less_often()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("{}");
        rig.Cluster.Faults.Add(KeeperRig.Match("watch"), new FaultAction.FailWatch(new ApiStatus(500, "InternalError", "etcd is slow"), Events: 1));
        await rig.Run();
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 64, 120, 120]) await rig.Time.Pass(TimeSpan.FromSeconds(seconds));
        await rig.Request("get", 10);
    }

    [Test]
    public async Task A_watch_that_is_closed_before_its_time_is_opened_again_after_a_pause_and_nothing_is_made_of_it()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("{}");
        rig.Cluster.Faults.Add(KeeperRig.Match("watch"), new FaultAction.EndWatch(Events: 1), times: 3);
        await rig.Run();
        foreach (var seconds in (int[])[1, 2, 4]) await rig.Time.Pass(TimeSpan.FromSeconds(seconds));
        await rig.Request("get", 4);
        rig.Remove();
        await rig.Line("Created CSIDriver");
        Assert.That(rig.Log.Entries.Where(e => e.Level >= Microsoft.Extensions.Logging.LogLevel.Warning), Is.Empty);
    }

    [Test]
    public async Task A_watch_that_lasted_a_while_is_followed_by_another_at_once_and_forgives_those_before()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        rig.Cluster.Faults.EndWatches(KeeperRig.Match("watch"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Request("watch", 2);
        await rig.Fence();
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        rig.Cluster.Faults.EndWatches(KeeperRig.Match("watch"));
        await rig.Request("watch", 3);
        await rig.Fence();
        rig.Cluster.Faults.EndWatches(KeeperRig.Match("watch"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Request("watch", 4);
        Assert.That(rig.Log.Lines, Has.None.Contains("The watch of the CSIDriver failed"));
    }

    [Test]
    public async Task A_creation_that_is_refused_where_nothing_may_be_read_is_not_in_order()
    {
        await using var rig = await KeeperRig.PrepareAsync("create", "delete");
        await rig.Run();
        await rig.Line("Created CSIDriver");
        Assert.That(rig.Metrics(), Does.Contain("object_in_order 1"));
        rig.Grant("delete");
        await rig.Time.Pass(TimeSpan.FromMinutes(2));
        await rig.Line("grant the verb create");
        Assert.That(rig.Metrics(), Does.Contain("object_in_order 0"));
    }

    [Test]
    public async Task A_server_that_asks_to_be_spared_gets_no_watch_before()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        var status = new ApiStatus(429, "TooManyRequests", "come back later") { Details = new StatusDetails { RetryAfterSeconds = 90 } };
        rig.Cluster.Faults.Add(KeeperRig.Match("watch"), new FaultAction.Answer(status), times: 1);
        await rig.Run();
        await rig.Line("The watch of the CSIDriver failed");
        await rig.Time.Pass(TimeSpan.FromSeconds(90));
        await rig.Request("watch", 2);
    }

    [Test]
    public async Task Only_the_object_itself_is_watched_and_read()
    {
        await using var rig = await KeeperRig.PrepareAsync("get", "create", "watch");
        await rig.Run();
        await rig.Line("Created CSIDriver");
        rig.Cluster.Storage.Create(KeeperRig.Resource, new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "other.example.com" }, ["spec"] = new System.Text.Json.Nodes.JsonObject() }).Value.ToString();
        rig.Remove();
        await rig.Request("create", 2);
        Assert.That(rig.Requests("get"), Is.EqualTo(2), "a look at the start and one after the deletion");
        Assert.That(rig.Requests("list"), Is.Zero);
    }

    [Test]
    public async Task A_watch_that_was_cut_is_opened_again_and_what_happened_meanwhile_is_seen()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        using (rig.Cluster.Faults.Add(KeeperRig.Match("watch"), new FaultAction.CutBefore()))
        {
            rig.Cluster.Faults.CutWatches(KeeperRig.Match("watch"));
            await rig.Line("The watch of the CSIDriver failed");
            rig.Remove();
            await rig.Time.Pass(TimeSpan.FromSeconds(1));
            await rig.Request("create", 2);
        }
        await rig.Time.Pass(TimeSpan.FromSeconds(2));
        await rig.Request("watch", 3); // the one that was cut is the second
    }

    [Test]
    public async Task A_watch_that_has_gone_silent_is_given_up_five_seconds_after_its_time()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        await rig.Fence();
        Assert.That(rig.Cluster.Faults.SilenceWatches(KeeperRig.Match("watch")), Is.EqualTo(1));
        rig.Remove();
        await rig.Time.Pass(TimeSpan.FromSeconds(55)); // the original looks every two minutes
        await rig.Line("did not close the watch in time");
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Request("create", 2);
    }

    [Test]
    public async Task A_watch_that_ends_with_an_error_is_told_and_opened_again()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        rig.Cluster.Faults.FailWatches(KeeperRig.Match("watch"), new ApiStatus(410, "Expired", "too old resource version"));
        Assert.That(await rig.Line("The watch of the CSIDriver failed"), Does.Contain("too old resource version"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Request("watch", 2);
    }
}
