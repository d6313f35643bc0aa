using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Registration;

/// <summary>Whatever the API server answers, the program says it clearly and goes on (registrar contract B2, C).</summary>
internal sealed class ApiFaultTests
{
    [Test]
    public async Task A_server_that_fails_is_asked_again_with_growing_pauses()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Plan("create", 500, "InternalError", "no quorum", times: 2);
        await rig.Run();
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("create").And.Contain("csi.example.com").And.Contain("no quorum"));
        Assert.That(rig.State.Missing, Does.Contain("no quorum"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Time.Pass(TimeSpan.FromSeconds(2));
        await rig.Line("Created CSIDriver");
        Assert.That(rig.Requests("create"), Is.EqualTo(3));
        Assert.That(rig.Metrics(), Does.Contain("""writes_total{operation="create",result="failure"} 2""").And.Contain("""writes_total{operation="create",result="success"} 1"""));
    }

    [Test]
    public async Task Pauses_grow_to_the_originals_two_minutes_and_no_further()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Plan("create", 503, "ServiceUnavailable");
        await rig.Run();
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 64, 120, 120]) await rig.Time.Pass(TimeSpan.FromSeconds(seconds));
        await rig.Request("create", 10);
    }

    [Test]
    public async Task A_conflict_is_tried_again_at_once_up_to_five_times()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Plan("create", 409, "Conflict", times: 5);
        await rig.Run();
        for (var i = 0; i < 4; i++) await rig.Time.Pass(TimeSpan.FromMilliseconds(10));
        await rig.Line("somebody else is writing the same object");
        Assert.That(rig.Requests("create"), Is.EqualTo(5));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Line("Created CSIDriver");
    }

    [TestCase(401, "Unauthorized", "credentials are not accepted")]
    [TestCase(404, "NotFound", "does not serve csidrivers in storage.k8s.io/v1")]
    [TestCase(429, "TooManyRequests", "may be able to do it later")]
    [TestCase(422, "Invalid", "look at the flags and at the name of the driver")]
    public async Task A_refusal_is_told_with_what_to_do_about_it(int code, string reason, string advice)
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Plan("create", code, reason, times: 1);
        await rig.Run();
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain(advice).And.Contain("as the test wants it"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Line("Created CSIDriver");
    }

    [Test]
    public async Task A_missing_right_to_create_is_named()
    {
        await using var rig = await KeeperRig.PrepareAsync("get", "watch");
        await rig.Run();
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("grant the verb create on csidrivers in the group storage.k8s.io"));
        Assert.That(rig.State.Missing, Does.Contain("forbidden"));
    }

    [Test]
    public async Task A_name_the_server_refuses_is_told_and_does_not_end_the_program()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        await rig.Run(driver: "CSI.example.com");
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("422"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        Assert.That((await rig.Request("create", 2)).Code, Is.EqualTo(422));
    }

    [Test]
    public async Task A_server_that_is_down_is_waited_for()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Cluster.Faults.StopServing();
        await rig.Run();
        await rig.Time.Pass(TimeSpan.FromSeconds(1)); // a read that broke on the way is sent again
        rig.Cluster.Faults.ResumeServing();
        var created = rig.Line("Created CSIDriver");
        while (!created.IsCompleted)
        {
            var pause = rig.Time.TimerSet(due => due >= TimeSpan.FromSeconds(1) && due <= TimeSpan.FromSeconds(8));
            if (await Task.WhenAny(created, pause) == pause) rig.Time.Advance(await pause);
        }
        await rig.Line("The watch of the CSIDriver failed"); // it was opened while the server was down, and told of after the first look
        Assert.That(rig.State.Missing, Is.Null);
    }

    [TestCase(".")]
    [TestCase("..")]
    public async Task A_name_that_would_lead_to_other_objects_is_never_sent(string name)
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("{}");
        await rig.Run(driver: name);
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain($"no object can have the name \"{name}\""));
        await rig.Stop();
        Assert.That(await rig.Delete().WithinLimit(), Is.False);
        Assert.That(rig.Cluster.Requests.Entries.Where(e => e.Request.Verb is "get" or "list" or "delete" or "deletecollection" or "patch"), Is.Empty);
        Assert.That(rig.Cluster.Storage.Get(KeeperRig.Resource, null, KeeperRig.Name).IsOk, "the object of another driver");
    }

    [Test]
    public async Task An_absurd_wish_to_be_spared_is_waited_for_ten_minutes_and_told()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        var status = new ApiStatus(429, "TooManyRequests", "come back later") { Details = new StatusDetails { RetryAfterSeconds = 5_000_000 } };
        rig.Cluster.Faults.Add(KeeperRig.Match("get"), new FaultAction.Answer(status), times: 1);
        await rig.Run();
        Assert.That(await rig.Line("asks to be spared"), Does.Contain("come back later"));
        await rig.Time.Pass(TimeSpan.FromMinutes(10));
        await rig.Line("Created CSIDriver");
    }

    [Test]
    public async Task A_server_that_does_not_know_the_kind_is_asked_until_it_does()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        var unknown = ((string[])["get", "create", "watch"]).Select(verb => rig.Plan(verb, 404, "NotFound", "the server could not find the requested resource")).ToList();
        await rig.Run();
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("does not serve csidrivers in storage.k8s.io/v1"));
        unknown.ForEach(fault => fault.Dispose());
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Line("Created CSIDriver");
    }

    [Test]
    public async Task A_server_that_goes_on_asking_to_be_spared_gets_what_it_asks_for()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Cluster.Faults.Add(KeeperRig.Match("create"), new FaultAction.Answer(Spared(5)), times: 12);
        await rig.Run();
        const int withinTheClient = 10;
        for (var i = 0; i <= withinTheClient; i++) await rig.Time.Pass(TimeSpan.FromSeconds(5)); // the eleventh is the pause between two looks
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("00:00:05"));
        await rig.Time.Pass(TimeSpan.FromSeconds(5));
        await rig.Line("Created CSIDriver");
    }

    [Test]
    public async Task A_stop_does_not_wait_for_a_server_that_asks_to_be_spared_and_sends_nothing_more()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Cluster.Faults.Add(KeeperRig.Match("create"), new FaultAction.Answer(Spared(90)));
        await rig.Run();
        await rig.Time.TimerSet(due => due == TimeSpan.FromSeconds(90));
        await rig.Stop();
        Assert.That(rig.Requests("create"), Is.EqualTo(1));
    }

    private static ApiStatus Spared(int seconds) => new(429, "TooManyRequests", "come back later") { Details = new StatusDetails { RetryAfterSeconds = seconds } };

    [Test]
    public async Task A_creation_under_way_at_the_end_is_waited_for_so_that_the_deletion_is_the_last_word()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        using var held = rig.Cluster.Faults.Add(KeeperRig.Match("create"), new FaultAction.Hold());
        await rig.Run();
        await held.Reached.WithinLimit();
        var stopping = rig.Stop();
        Assert.That(stopping.IsCompleted, Is.False);
        held.Release();
        await stopping.WithinLimit();
        Assert.That((await rig.Request("create")).Code, Is.EqualTo(201));
        Assert.That(await rig.Delete().WithinLimit(), Is.True);
        Assert.That(rig.Cluster.Storage.Get(KeeperRig.Resource, null, KeeperRig.Name).IsOk, Is.False);
    }

    [Test]
    public async Task A_creation_without_an_answer_is_given_up_ten_seconds_after_the_end_was_asked_for()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        using var held = rig.Cluster.Faults.Add(KeeperRig.Match("create"), new FaultAction.Hold());
        await rig.Run();
        await held.Reached.WithinLimit();
        var stopping = rig.Stop();
        await rig.Time.Pass(TimeSpan.FromSeconds(10));
        await stopping.WithinLimit();
    }

    [Test]
    public async Task An_object_that_finalizers_hold_is_not_called_deleted()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("{}", ""","finalizers":["example.com/hold"]""");
        await rig.Run();
        await rig.Line("says what it should");
        await rig.Stop();
        Assert.That(await rig.Delete().WithinLimit(), Is.True, "nothing more can be done");
        Assert.That(await rig.Line("is deleted as soon as the finalizers"), Does.Contain("example.com/hold"));
        Assert.That(rig.Log.Lines, Has.None.StartsWith("Deleted the CSIDriver"));
    }

    [Test]
    public async Task The_object_is_deleted_when_asked_to()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        await rig.Stop();
        Assert.That(await rig.Delete().WithinLimit(), Is.True);
        Assert.That(rig.Cluster.Storage.Get(KeeperRig.Resource, null, KeeperRig.Name).IsOk, Is.False);
        Assert.That(rig.Requests("create"), Is.EqualTo(1), "nobody brings it back");
    }

    [Test]
    public async Task An_object_that_is_gone_already_counts_as_deleted()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        await rig.Stop();
        rig.Remove();
        Assert.That(await rig.Delete().WithinLimit(), Is.True);
        Assert.That((await rig.Request("delete")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task An_object_somebody_made_in_its_place_is_not_deleted_with_it()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        await rig.Stop();
        rig.Remove();
        var successor = rig.Cluster.Storage.Create(KeeperRig.Resource, new JsonObject { ["metadata"] = new JsonObject { ["name"] = KeeperRig.Name }, ["spec"] = new JsonObject() }).Value;
        Assert.That(await rig.Delete().WithinLimit(), Is.True);
        Assert.That(rig.Cluster.Storage.Get(KeeperRig.Resource, null, KeeperRig.Name).Value.Uid, Is.EqualTo(successor.Uid));
        Assert.That((await rig.Request("delete")).Code, Is.EqualTo(409));
    }

    [Test]
    public async Task A_deletion_that_is_refused_is_told_and_no_success()
    {
        await using var rig = await KeeperRig.PrepareAsync("get", "create", "watch");
        await rig.Run();
        await rig.Line("Created CSIDriver");
        await rig.Stop();
        Assert.That(await rig.Delete().WithinLimit(), Is.False);
        Assert.That(await rig.Line("Could not delete the CSIDriver"), Does.Contain("grant the verb delete"));
    }

    [Test]
    public async Task A_conflict_while_deleting_is_tried_again()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        await rig.Stop();
        rig.Plan("delete", 409, "Conflict", times: 1);
        var deleted = rig.Delete();
        await rig.Time.Pass(TimeSpan.FromMilliseconds(10));
        Assert.That(await deleted.WithinLimit(), Is.True);
    }

    [Test]
    public async Task A_deletion_without_an_answer_is_given_up_after_ten_seconds()
    {
        await using var rig = await KeeperRig.StartAsync();
        await rig.Line("Created CSIDriver");
        await rig.Stop();
        using var held = rig.Cluster.Faults.Add(KeeperRig.Match("delete"), new FaultAction.Hold());
        var deleted = rig.Delete();
        await held.Reached.WithinLimit();
        await rig.Time.Pass(TimeSpan.FromSeconds(10));
        Assert.That(await deleted.WithinLimit(), Is.False);
        await rig.Line("Could not delete the CSIDriver in time");
    }
}
