using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>The comparison with what the driver lists as published (attacher contract 10).</summary>
internal sealed class PublicationTests : RigTest
{
    private const string ListVolumes = "ListVolumes";

    [Test]
    public async Task An_attached_volume_the_driver_does_not_list_is_published_again()
    {
        var rig = await Comparing("{}");
        await rig.Driver.WaitForCalls("ControllerPublishVolume");
        await rig.Log.WaitForLine(l => l.StartsWith("Attached", StringComparison.Ordinal));
        Assert.That(World.Text(rig.Published[0], "node_id"), Is.EqualTo("node-1"));
        Assert.That(rig.Writes, Is.Empty, "nothing differs, so nothing is written");
    }

    [TestCase("""{"entries":[{"volume":{"volume_id":"handle-pv"},"status":{"published_node_ids":["node-0","node-1"]}}]}""")]
    public async Task One_that_is_listed_is_left_alone(string list)
    {
        var rig = await Comparing(list);
        await Compared(rig, 2);
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task All_pages_count_as_one_list()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast with { MaxEntries = 1 } });
        rig.Driver.Answer(ListVolumes,
            DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"handle-pv"},"status":{"published_node_ids":["node-1"]}}],"next_token":"2"}"""),
            DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"other"},"status":{}}]}"""),
            DriverRule.Fail(Grpc.Core.StatusCode.Internal));
        Settle(rig);
        await rig.Run();
        await Compared(rig, 3);
        Assert.That(rig.Calls(ListVolumes).Take(2).Select(c => c.ToJsonString()), Is.EqualTo((string[])["""{"max_entries":1}""", """{"max_entries":1,"starting_token":"2"}"""]));
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task A_list_that_goes_in_circles_is_given_up()
    {
        var rig = await Comparing("""{"next_token":"again"}""");
        await rig.Log.WaitForLine(l => l.Contains("goes in circles", StringComparison.Ordinal));
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task A_list_whose_pages_bring_nothing_new_is_given_up_though_each_names_another_page()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.Driver.Answer(ListVolumes,
        [
            .. Enumerable.Range(1, 50).Select(page => DriverRule.Answer($$$"""{"entries":[{"volume":{"volume_id":"same"}}],"next_token":"{{{page}}}"}""")),
            DriverRule.Answer("{}"),
        ]);
        Settle(rig);
        await rig.Run();
        await rig.Log.WaitForLine(l => l.StartsWith("Failed to list", StringComparison.Ordinal) && l.Contains("no volume that was not listed before", StringComparison.Ordinal));
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task Some_pages_without_news_do_not_end_a_list()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.Driver.Answer(ListVolumes,
        [
            .. Enumerable.Range(1, 9).Select(page => DriverRule.Answer($$"""{"next_token":"{{page}}"}""")),
            DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"handle-pv"},"status":{"published_node_ids":["node-1"]}}]}"""),
            DriverRule.Fail(Grpc.Core.StatusCode.Internal),
        ]);
        Settle(rig);
        await rig.Run();
        await Compared(rig, 12);
        Assert.That(rig.Log.Lines, Has.None.Contains("not listed before"));
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task A_forced_publish_that_fails_is_tried_again_until_it_goes_well()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast with { ReconcileSync = TimeSpan.FromHours(1) } });
        rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(Grpc.Core.StatusCode.Internal), DriverRule.Fail(Grpc.Core.StatusCode.Internal), DriverRule.Default);
        Settle(rig);
        await rig.Run();
        await rig.Driver.WaitForCalls("ControllerPublishVolume", 3);
        await rig.Log.WaitForLine(l => l.StartsWith("Attached", StringComparison.Ordinal));
        await rig.World.Until(World.Attachments, "va", a => a["status"]?["attachError"] is null);
        Assert.That(rig.World.Find(World.Attachments, "va")!["status"]!["attached"]!.GetValue<bool>(), Is.True);
    }

    [Test]
    public async Task A_forced_publish_that_failed_waits_for_its_next_try_whatever_the_driver_lists()
    {
        var hour = TimeSpan.FromHours(1);
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast with { RetryIntervalStart = hour, RetryIntervalMax = hour } });
        rig.Driver.Answer("ControllerPublishVolume", DriverRule.Fail(Grpc.Core.StatusCode.Internal));
        Settle(rig);
        await rig.Run();
        await rig.World.UntilError("va");
        await Compared(rig, 6);
        Assert.That(rig.Published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_incomplete_list_says_nothing()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.Driver.Answer(ListVolumes, Fails(Grpc.Core.StatusCode.Unavailable));
        Settle(rig);
        await rig.Run();
        await Compared(rig, 3);
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task A_released_attachment_the_driver_still_lists_is_unpublished_without_a_write()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.Driver.Answer(ListVolumes, DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"handle-pv"},"status":{"published_node_ids":["node-1"]}}]}"""), DriverRule.Answer("{}"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment().Held("example.com/keep"));
        rig.World.Delete(World.Attachments, "va");
        await rig.Run();
        await rig.Driver.WaitForCalls("ControllerUnpublishVolume");
        await Compared(rig, 3);
        Assert.That(rig.Unpublished, Has.Count.EqualTo(1));
        Assert.That(rig.Writes, Is.Empty);
    }

    [Test]
    public async Task An_attachment_that_changes_while_the_driver_is_asked_is_not_judged()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.Driver.Answer(ListVolumes, DriverRule.Answer("{}"), DriverRule.Fail(Grpc.Core.StatusCode.Internal));
        var gate = rig.Driver.Hold(ListVolumes);
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await gate.Entered.WithinLimit();
        await rig.World.UntilAttached("va");
        gate.Release();
        await Compared(rig, 3);
        Assert.That(rig.Published, Has.Count.EqualTo(1), "the list was made before it was attached");
    }

    [Test]
    public async Task Attachments_of_others_are_not_compared()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.World.Add(new TestAttachment().By("other.example.com").Of("none").InState("""{"attached":true}"""));
        await rig.Run();
        await Compared(rig, 3);
        Assert.That(rig.Published, Is.Empty);
        Assert.That(rig.Log.Lines, Has.None.Contains("Cannot compare"));
    }

    [Test]
    public async Task A_list_larger_than_an_answer_may_be_is_told_and_asked_for_in_pages_the_next_time()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        var tooLarge = DriverRule.Answer($$$"""{"entries":[{"volume":{"volume_id":"{{{new string('v', 5 * 1024 * 1024)}}}"}}]}""");
        rig.Driver.Answer(ListVolumes, tooLarge, tooLarge, DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"handle-pv"},"status":{"published_node_ids":["node-1"]}}]}"""));
        Settle(rig);
        await rig.Run();
        await rig.Log.WaitForLine(l => l.StartsWith("Failed to list", StringComparison.Ordinal) && l.Contains("--max-entries=2000", StringComparison.Ordinal));
        await Compared(rig, 4);
        Assert.That(rig.Calls(ListVolumes).Take(3).Select(c => c["max_entries"]?.GetValue<int>() ?? 0), Is.EqualTo((int[])[0, 2000, 1000]));
        Assert.That(rig.Published, Is.Empty);
        rig.World.Add(new TestVolume("second"));
        rig.World.Add(new TestAttachment("later").Of("second"));
        await rig.World.UntilAttached("later");
    }

    [Test]
    public async Task A_volume_larger_than_an_answer_may_be_is_told_once_and_others_are_attached()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast with { MaxEntries = 1 } });
        rig.Driver.Answer(ListVolumes, DriverRule.Answer($$$"""{"entries":[{"volume":{"volume_id":"{{{new string('v', 5 * 1024 * 1024)}}}"}}]}"""));
        Settle(rig);
        await rig.Run();
        await Compared(rig, 4); // three have failed by then
        Assert.That(rig.Log.Lines.Where(l => l.StartsWith("Failed to list", StringComparison.Ordinal)), Has.Exactly(1).Contains("though one volume was asked for").And.Exactly(1).Items);
        Assert.That(rig.Published, Is.Empty);
        rig.World.Add(new TestVolume("second"));
        rig.World.Add(new TestAttachment("later").Of("second"));
        await rig.World.UntilAttached("later");
    }

    [Test]
    public async Task A_node_that_came_back_with_another_name_is_looked_for_by_the_name_noted()
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.Driver.Answer(ListVolumes, DriverRule.Answer("""{"entries":[{"volume":{"volume_id":"handle-pv"},"status":{"published_node_ids":["node-1"]}}]}"""));
        rig.World.AddNode("n1", "node-new");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment().Attached());
        await rig.Run();
        await Compared(rig, 3);
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task Pauses_longer_than_any_timer_end_nothing()
    {
        var years = TimeSpan.FromHours(8760);
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast with { ReconcileSync = years, Resync = years, RetryIntervalMax = years } });
        rig.Driver.Answer(ListVolumes, DriverRule.Answer("{}"));
        Settle(rig);
        await rig.Run();
        await Compared(rig, 1);
        rig.World.Add(new TestVolume("second"));
        rig.World.Add(new TestAttachment("later").Of("second"));
        await rig.World.UntilAttached("later");
        rig.World.Delete(World.Attachments, "later");
        await rig.World.UntilGone(World.Attachments, "later");
    }

    [Test]
    public async Task A_driver_that_lists_no_nodes_is_not_asked()
    {
        var rig = await Prepared(RigOptions.WithCapabilities("PUBLISH_UNPUBLISH_VOLUME", "LIST_VOLUMES"));
        Settle(rig);
        await rig.Run();
        rig.World.Add(new TestVolume("second"));
        rig.World.Add(new TestAttachment("later").Of("second"));
        await rig.World.UntilAttached("later");
        Assert.That(rig.Calls(ListVolumes), Is.Empty);
    }

    private static AttacherOptions Fast => new() { DefaultFsType = "ext4", ReconcileSync = TimeSpan.FromMilliseconds(50), RetryIntervalStart = TimeSpan.FromMilliseconds(20) };

    private static Task Compared(AttacherRig rig, int lists) => rig.Driver.WaitForCalls(ListVolumes, lists);

    private static void Settle(AttacherRig rig)
    {
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment().Attached());
    }

    private async Task<AttacherRig> Comparing(string list)
    {
        var rig = await Prepared(RigOptions.Listing with { Attacher = Fast });
        rig.Driver.Answer(ListVolumes, DriverRule.Answer(list));
        Settle(rig);
        await rig.Run();
        return rig;
    }
}
