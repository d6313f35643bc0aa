using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sidecars.ClusterDriverRegistrar.Objects;
using Sidecars.ClusterDriverRegistrar.Registration;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Registration;

/// <summary>An object that says something else: what is told, what is changed, and what never is (registrar contract B2).</summary>
internal sealed class DifferenceTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Another_attachRequired_is_an_error_and_nothing_is_written(bool reconciles)
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"attachRequired":true}""");
        await rig.Run(attach: false, flags: $"--reconcile={reconciles}");
        var line = await rig.Line("differs in a field that cannot be changed");
        Assert.That(line, Does.Contain("attachRequired true false"));
        Assert.That(rig.Log.Entries.Single(e => e.Text == line).Level, Is.EqualTo(LogLevel.Error));
        await rig.Fence();
        Assert.That(rig.Writes, Is.Zero);
        Assert.That(rig.State.Missing, Is.Null, "the object is there");
        Assert.That(rig.Metrics(), Does.Contain("object_in_order 0"));
    }

    [Test]
    public async Task Another_podInfoOnMount_is_only_told()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true}""");
        await rig.Run();
        Assert.That(await rig.Line("differs and is left as it is"), Does.Contain("podInfoOnMount true false").And.Contain("--reconcile=true"));
        await rig.Fence();
        Assert.That(rig.Writes, Is.Zero);
    }

    [Test]
    public async Task Asked_to_reconcile_it_patches_the_fields_that_differ_and_no_other()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true,"fsGroupPolicy":"None","requiresRepublish":true}""");
        await rig.Run(flags: ["--reconcile", "--fs-group-policy=File"]);
        Assert.That((await rig.Request("patch")).Body, Is.EqualTo("""{"spec":{"podInfoOnMount":false,"fsGroupPolicy":"File"}}"""));
        Assert.That(rig.Spec["requiresRepublish"]!.GetValue<bool>(), Is.True, "not ours");
        await rig.Line("Changed the CSIDriver");
        await rig.Fence();
        Assert.That(rig.Writes, Is.EqualTo(1));
    }

    [Test]
    public async Task A_change_by_somebody_else_is_taken_back_at_once()
    {
        await using var rig = await KeeperRig.StartAsync(true, "--reconcile", "--se-linux-mount");
        await rig.Line("Created CSIDriver");
        rig.Change("""{"spec":{"seLinuxMount":false}}""");
        Assert.That((await rig.Request("patch")).Body, Is.EqualTo("""{"spec":{"seLinuxMount":true}}"""));
    }

    [Test]
    public async Task A_patch_that_is_forbidden_names_the_right()
    {
        await using var rig = await KeeperRig.PrepareAsync("get", "create", "watch");
        rig.Add("""{"podInfoOnMount":true}""");
        await rig.Run(flags: "--reconcile");
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("grant the verb patch"));
    }

    [Test]
    public async Task A_patch_that_the_server_refuses_is_made_field_by_field_and_what_it_fixes_is_told_once()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true}""");
        // An older server: podInfoOnMount is fixed there, and is the first of the two.
        rig.Plan("patch", 422, "Invalid", "spec.podInfoOnMount: field is immutable", times: 2);
        await rig.Run(flags: ["--reconcile", "--requires-republish"]);
        Assert.That(await rig.Line("The server refuses the change of a field"), Does.Contain("podInfoOnMount true false").And.Contain("field is immutable"));
        Assert.That(await rig.Line("Changed the CSIDriver"), Does.Contain("requiresRepublish false true"));
        Assert.That(rig.Spec["requiresRepublish"]!.GetValue<bool>(), Is.True);
        Assert.That(rig.Requests("patch"), Is.EqualTo(3));
        Assert.That(rig.Metrics(), Does.Contain("object_in_order 0"));
        rig.Cluster.Faults.FailWatches(KeeperRig.Match("watch"), new(410, "Expired", "too old"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Request("get", 3); // the second is due to the first word of the first watch
        rig.Cluster.Faults.FailWatches(KeeperRig.Match("watch"), new(410, "Expired", "too old"));
        await rig.Time.Pass(TimeSpan.FromSeconds(2));
        await rig.Request("get", 4); // by now the third look is over
        Assert.That(rig.Requests("patch"), Is.EqualTo(3), "it would be refused again");
        Assert.That(rig.State.Missing, Is.Null);
    }

    [Test]
    public async Task A_patch_field_by_field_that_fails_half_way_is_finished_later()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true}""");
        rig.Plan("patch", 422, "Invalid", "spec.podInfoOnMount: field is immutable", times: 2);
        rig.Plan("patch", 500, "InternalError", "etcd is slow", times: 1);
        rig.Plan("patch", 422, "Invalid", "spec.podInfoOnMount: field is immutable", times: 2);
        await rig.Run(flags: ["--reconcile", "--requires-republish"]);
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("etcd is slow"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Time.Pass(due => due > TimeSpan.FromSeconds(1) && due <= TimeSpan.FromSeconds(10)); // the sixth write is paced
        await rig.Line("Changed the CSIDriver");
        Assert.That(rig.Spec["requiresRepublish"]!.GetValue<bool>(), Is.True);
    }

    [Test]
    public async Task After_a_stop_no_further_field_is_tried()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true}""");
        using var held = rig.Cluster.Faults.Add(KeeperRig.Match("patch"), new FaultAction.Hold(), times: 1);
        await rig.Run(flags: ["--reconcile", "--requires-republish"]);
        await held.Reached.WithinLimit();
        rig.Plan("patch", 422, "Invalid");
        var stopping = rig.Stop();
        held.Release();
        await stopping.WithinLimit();
        Assert.That(rig.Requests("patch"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_patch_that_meets_a_conflict_is_sent_again_at_once()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true}""");
        rig.Plan("patch", 409, "Conflict", times: 2);
        await rig.Run(flags: "--reconcile");
        for (var i = 0; i < 2; i++) await rig.Time.Pass(TimeSpan.FromMilliseconds(10));
        await rig.Line("Changed the CSIDriver");
        Assert.That(rig.Requests("patch"), Is.EqualTo(3));
    }

    [Test]
    public async Task An_object_that_vanishes_before_its_patch_is_made_anew()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true}""");
        using var held = rig.Cluster.Faults.Add(KeeperRig.Match("patch"), new FaultAction.Hold(), times: 1);
        await rig.Run(flags: "--reconcile");
        await held.Reached.WithinLimit();
        rig.Remove();
        held.Release();
        Assert.That(await rig.Line("A request about the CSIDriver failed"), Does.Contain("patch").And.Contain("vanished under way"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Line("Created CSIDriver");
    }

    [Test]
    public async Task A_field_that_the_server_drops_is_told_after_the_creation_and_not_written_again()
    {
        await using var rig = await KeeperRig.StartAsync(true, "--reconcile", "--prevent-pod-scheduling-if-missing");
        Assert.That((await rig.Request("create")).Body, Does.Contain("preventPodSchedulingIfMissing"));
        Assert.That(await rig.Line("The server did not keep a field"), Does.Contain("preventPodSchedulingIfMissing nothing true").And.Contain("feature gate is off"));
        Assert.That(rig.Spec.ContainsKey("preventPodSchedulingIfMissing"), Is.False);
        Assert.That(rig.Metrics(), Does.Contain("object_in_order 0"));
        Assert.That(rig.Requests("create") + rig.Requests("patch"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_field_that_the_server_drops_from_a_patch_is_told_and_the_rest_of_it_is_done()
    {
        await using var rig = await KeeperRig.PrepareWithGatesAsync(("SELinuxMountReadWriteOncePod", false));
        rig.Add("""{"podInfoOnMount":true}""");
        await rig.Run(flags: ["--reconcile", "--se-linux-mount"]);
        Assert.That(await rig.Line("The server did not keep a field"), Does.Contain("seLinuxMount"));
        Assert.That(rig.Spec["podInfoOnMount"]!.GetValue<bool>(), Is.False);
        Assert.That(rig.Requests("patch"), Is.EqualTo(1));
        Assert.That(rig.Log.Lines.Where(l => l.StartsWith("Changed the CSIDriver", StringComparison.Ordinal)), Has.Exactly(1).Items.And.All.Contains("podInfoOnMount"));
    }

    [Test]
    public async Task The_same_difference_is_told_once()
    {
        await using var rig = await KeeperRig.PrepareAsync();
        rig.Add("""{"podInfoOnMount":true}""");
        await rig.Run();
        await rig.Line("differs and is left as it is");
        rig.Cluster.Faults.FailWatches(KeeperRig.Match("watch"), new(410, "Expired", "too old"));
        await rig.Time.Pass(TimeSpan.FromSeconds(1));
        await rig.Request("get", 2);
        rig.Cluster.Faults.FailWatches(KeeperRig.Match("watch"), new(410, "Expired", "too old"));
        await rig.Time.Pass(TimeSpan.FromSeconds(2));
        await rig.Request("get", 3); // by now the second look is over
        Assert.That(rig.Log.Lines.Count(l => l.Contains("differs and is left", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [TestCase("""{"podInfoOnMount":false}""", "{}", "")]
    [TestCase("""{"storageCapacity":true}""", "{}", "storageCapacity")]
    [TestCase("""{"volumeLifecycleModes":["Persistent","Ephemeral"]}""", """{"volumeLifecycleModes":["Ephemeral","Persistent"]}""", "")]
    [TestCase("""{"volumeLifecycleModes":["Persistent"]}""", """{"volumeLifecycleModes":["Ephemeral","Persistent"]}""", "volumeLifecycleModes")]
    [TestCase("""{"tokenRequests":[{"audience":"a"},{"audience":"b"}]}""", """{"tokenRequests":[{"audience":"b","expirationSeconds":600},{"audience":"a"}]}""", "")]
    [TestCase("""{"tokenRequests":[{"audience":"a","expirationSeconds":600}]}""", """{"tokenRequests":[{"audience":"a","expirationSeconds":700}]}""", "tokenRequests")]
    [TestCase("""{"nodeAllocatableUpdatePeriodSeconds":10}""", """{"nodeAllocatableUpdatePeriodSeconds":11}""", "nodeAllocatableUpdatePeriodSeconds")]
    [TestCase("""{"tokenRequests":[]}""", "{}", "")]
    [TestCase("""{"tokenRequests":[]}""", """{"tokenRequests":[{"audience":"a"}]}""", "tokenRequests")]
    [TestCase("{}", """{"fsGroupPolicy":"None","seLinuxMount":true}""", "")]
    public void Lists_are_sets_and_what_we_do_not_want_anything_of_never_differs(string wanted, string found, string fields)
    {
        var differences = SpecDifference.Between(Read(wanted), Read(found));
        Assert.That(string.Join(',', differences.Select(d => d.Field)), Is.EqualTo(fields));
    }

    [TestCase("attachRequired", false)]
    [TestCase("volumeLifecycleModes", false)]
    [TestCase("podInfoOnMount", true)]
    [TestCase("tokenRequests", true)]
    public void The_fields_the_server_fixes_are_known(string field, bool isMutable) =>
        Assert.That(new SpecDifference(field, true, null).IsMutable, Is.EqualTo(isMutable));

    [Test]
    public void A_patch_holds_the_wanted_values()
    {
        var differences = SpecDifference.Between(Read("""{"tokenRequests":[{"audience":"a"}],"storageCapacity":true}"""), null);
        Assert.That(Encoding.UTF8.GetString(SpecDifference.Patch(differences)), Is.EqualTo("""{"spec":{"storageCapacity":true,"tokenRequests":[{"audience":"a"}]}}"""));
    }

    private static CsiDriverSpec Read(string json) => JsonSerializer.Deserialize(json, RegistrarJson.Default.CsiDriverSpec)!;
}
