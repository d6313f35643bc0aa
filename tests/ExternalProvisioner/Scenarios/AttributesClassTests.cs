using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>
/// When the class of attributes that a claim names counts, and what it makes of the volume (provisioner contract 1.3, gate VolumeAttributesClass; 5.1, step 15;
/// 13 numbers 29 to 31).
/// </summary>
internal sealed class AttributesClassTests : RigTest
{
    private static readonly TestClaim s_golden = new TestClaim().Specified("volumeAttributesClassName", "gold");
    private static readonly ClusterOptions s_withoutClasses = new() { NotServed = ["volumeattributesclasses.storage.k8s.io"] };
    private static readonly RequestMatch s_discovery = new() { Verb = "get", Resource = "", UserAgent = "sidecar/rig" };

    [TestCase(AttributesClassUse.WhereServed)] // 29
    [TestCase(AttributesClassUse.Always)]
    public async Task Its_parameters_go_to_the_driver_and_its_name_onto_the_volume(AttributesClassUse use)
    {
        var rig = await Started(Using(use));
        rig.World.AddAttributesClass("gold");
        rig.World.Add(new TestClass().With(("tier", "ssd")));
        await ProvisionedWith(rig, s_golden);
        Assert.That((string?)rig.Calls("CreateVolume").Single()["parameters"]!["tier"], Is.EqualTo("ssd"));
    }

    [Test] // 30
    public async Task With_the_gate_off_it_is_ignored_and_nobody_asks_for_it()
    {
        var rig = await Started(Using(AttributesClassUse.Never));
        rig.World.AddAttributesClass("gold");
        await ProvisionedWithout(rig, s_golden);
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.Zero);
    }

    [Test]
    public async Task On_a_server_without_such_classes_it_is_ignored_and_the_server_asked_once()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed) with { Cluster = s_withoutClasses });
        await ProvisionedWithout(rig, s_golden);
        await ProvisionedWithout(rig, new TestClaim("another").Specified("volumeAttributesClassName", "gold"));
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.EqualTo(2), "once for each version");
        await rig.Log.WaitForLine(line => line.StartsWith("Claim default/another names the VolumeAttributesClass gold, which is ignored", StringComparison.Ordinal));
    }

    [Test]
    public async Task On_a_server_without_the_whole_version_it_is_ignored()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed));
        using var planned = rig.Cluster.Faults.Add(s_discovery, Answers(404, "NotFound"));
        await ProvisionedWithout(rig, s_golden);
    }

    [Test]
    public async Task A_claim_without_one_costs_no_question()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed));
        await ProvisionedWithout(rig, new TestClaim());
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.Zero);
    }

    [Test] // 31
    public async Task One_that_is_missing_is_waited_for()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed));
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(s_golden);
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Is.EqualTo(
            "error getting VolumeAttributesClass gold from api server: volumeattributesclasses.storage.k8s.io \"gold\" not found (404 NotFound); "
            + "create the class, or make the claim anew without it"));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.EqualTo(1), "that the class is missing says nothing of the version");
        rig.World.AddAttributesClass("gold");
        await rig.World.UntilProvisioned(claim);
        Assert.That((string?)rig.Calls("CreateVolume").Single()["mutable_parameters"]!["iops"], Is.EqualTo("5000"));
    }

    [Test] // 31
    public async Task One_of_another_driver_is_refused()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed));
        rig.World.AddAttributesClass("gold", "other.example.com");
        rig.World.Add(new TestClass());
        rig.World.Add(s_golden);
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"),
            Is.EqualTo("VAC gold referenced in PVC is for driver other.example.com which does not match driver name csi.example.com"));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
    }

    [Test]
    public async Task With_the_gate_named_it_counts_whatever_the_server_serves() =>
        Assert.That(await Refusal(new TestClass(), s_golden, Using(AttributesClassUse.Always) with { Cluster = s_withoutClasses }),
            Does.StartWith("error getting VolumeAttributesClass gold from api server: the server could not find the requested resource"));

    [Test]
    public async Task Where_the_server_does_not_say_it_counts_and_the_server_is_asked_again()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed) with { Cluster = s_withoutClasses });
        using (rig.Cluster.Faults.Add(s_discovery, Answers(403, "Forbidden"), times: 1))
        {
            rig.World.Add(new TestClass());
            rig.World.Add(s_golden);
            Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Does.StartWith("error getting VolumeAttributesClass gold from api server"));
        }
        await rig.Log.WaitForLine(line => line.StartsWith("Cannot ask the API server whether it serves VolumeAttributesClass", StringComparison.Ordinal));
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("another").Specified("volumeAttributesClassName", "gold")));
    }

    [Test]
    public async Task On_a_server_of_an_earlier_release_it_is_found_in_v1beta1_and_after_the_upgrade_in_v1()
    {
        var rig = await Prepared(Using(AttributesClassUse.WhereServed) with { Cluster = s_withoutClasses });
        rig.World.AddOldAttributesClassKind();
        rig.World.AddAttributesClass("gold", version: "v1beta1");
        await rig.Run();
        rig.World.Add(new TestClass());
        await ProvisionedWith(rig, s_golden);
        rig.World.UpgradeAttributesClassKind();
        await ProvisionedWith(rig, new TestClaim("after").Specified("volumeAttributesClassName", "gold"));
        await ProvisionedWith(rig, new TestClaim("later").Specified("volumeAttributesClassName", "gold"));
        Assert.That(rig.World.EventsAbout("after"), Has.None.StartsWith("ProvisioningFailed"));
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.EqualTo(3), "both versions at first, then the one that came");
    }

    [Test]
    public async Task A_server_that_came_to_serve_such_classes_is_asked_again_after_a_minute()
    {
        var options = RigOptions.WithStandingClock;
        var rig = await Prepared(Using(AttributesClassUse.WhereServed) with { Cluster = s_withoutClasses, ClockStands = true, Provisioner = options.Provisioner });
        await rig.Run();
        await ProvisionedWithout(rig, s_golden);
        rig.World.AddOldAttributesClassKind();
        rig.World.AddAttributesClass("gold", version: "v1beta1");
        await rig.Passes(TimeSpan.FromMinutes(1));
        await ProvisionedWith(rig, new TestClaim("after").Specified("volumeAttributesClassName", "gold"));
    }

    private static RigOptions Using(AttributesClassUse use)
    {
        var options = RigOptions.WithCapabilities("CREATE_DELETE_VOLUME", "MODIFY_VOLUME");
        return options with { Provisioner = options.Provisioner with { AttributesClasses = use } };
    }

    private static async Task ProvisionedWith(ProvisionerRig rig, TestClaim claim)
    {
        var volume = await rig.World.UntilProvisioned(rig.World.Add(claim));
        Assert.That((string?)rig.Calls("CreateVolume")[^1]["mutable_parameters"]!["iops"], Is.EqualTo("5000"));
        Assert.That((string?)volume["spec"]!["volumeAttributesClassName"], Is.EqualTo("gold"));
    }

    private static async Task ProvisionedWithout(ProvisionerRig rig, TestClaim claim)
    {
        if (!rig.World.All("storageclasses").Any()) rig.World.Add(new TestClass());
        var volume = await rig.World.UntilProvisioned(rig.World.Add(claim));
        Assert.That(rig.Calls("CreateVolume")[^1]["mutable_parameters"], Is.Null);
        Assert.That(volume["spec"]!["volumeAttributesClassName"], Is.Null);
    }
}
