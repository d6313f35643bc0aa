using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>When the class of attributes that a claim names counts (provisioner contract 1.3, gate VolumeAttributesClass; 13 number 30).</summary>
internal sealed class AttributesClassTests : RigTest
{
    private const string Refused = "VolumeAttributesClass gold is not supported by this version; remove it from the claim";

    private static readonly TestClaim s_golden = new TestClaim().Specified("volumeAttributesClassName", "gold");
    private static readonly ClusterOptions s_withoutClasses = new() { NotServed = ["volumeattributesclasses.storage.k8s.io"] };
    private static readonly RequestMatch s_discovery = new() { Verb = "get", Resource = "", UserAgent = "sidecar/rig" };

    [Test] // 30
    public async Task With_the_gate_off_it_is_ignored_and_nobody_asks_for_it()
    {
        var rig = await Started(Using(AttributesClassUse.Never));
        await Provisioned(rig, s_golden);
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.Zero);
    }

    [Test]
    public async Task On_a_server_without_such_classes_it_is_ignored_and_the_server_asked_once()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed) with { Cluster = s_withoutClasses });
        await Provisioned(rig, s_golden);
        await Provisioned(rig, new TestClaim("another").Specified("volumeAttributesClassName", "gold"));
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.EqualTo(1));
        await rig.Log.WaitForLine(line => line.StartsWith("Claim default/another names the VolumeAttributesClass gold, which is ignored", StringComparison.Ordinal));
    }

    [Test]
    public async Task On_a_server_without_the_whole_version_it_is_ignored()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed));
        using var planned = rig.Cluster.Faults.Add(s_discovery, Answers(404, "NotFound"));
        await Provisioned(rig, s_golden);
    }

    [Test]
    public async Task A_claim_without_one_costs_no_question()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed));
        await Provisioned(rig, new TestClaim());
        Assert.That(rig.Cluster.Requests.Count(s_discovery), Is.Zero);
    }

    [TestCase(AttributesClassUse.WhereServed)]
    [TestCase(AttributesClassUse.Always)]
    public async Task On_a_server_with_such_classes_it_counts(AttributesClassUse use) =>
        Assert.That(await Refusal(new TestClass(), s_golden, Using(use)), Is.EqualTo(Refused));

    [Test]
    public async Task With_the_gate_named_it_counts_whatever_the_server_serves() =>
        Assert.That(await Refusal(new TestClass(), s_golden, Using(AttributesClassUse.Always) with { Cluster = s_withoutClasses }), Is.EqualTo(Refused));

    [Test]
    public async Task Where_the_server_does_not_say_it_counts_and_the_server_is_asked_again()
    {
        var rig = await Started(Using(AttributesClassUse.WhereServed) with { Cluster = s_withoutClasses });
        using (rig.Cluster.Faults.Add(s_discovery, Answers(403, "Forbidden"), times: 1))
        {
            rig.World.Add(new TestClass());
            rig.World.Add(s_golden);
            Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Is.EqualTo(Refused));
        }
        await rig.Log.WaitForLine(line => line.StartsWith("Cannot ask the API server whether it serves VolumeAttributesClass", StringComparison.Ordinal));
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("another").Specified("volumeAttributesClassName", "gold")));
    }

    private static RigOptions Using(AttributesClassUse use)
    {
        var options = RigOptions.WithCapabilities("CREATE_DELETE_VOLUME", "MODIFY_VOLUME");
        return options with { Provisioner = options.Provisioner with { AttributesClasses = use } };
    }

    private static async Task Provisioned(ProvisionerRig rig, TestClaim claim)
    {
        if (!rig.World.All("storageclasses").Any()) rig.World.Add(new TestClass());
        var volume = await rig.World.UntilProvisioned(rig.World.Add(claim));
        Assert.That(rig.Calls("CreateVolume")[^1]["mutable_parameters"], Is.Null);
        Assert.That(volume["spec"]!["volumeAttributesClassName"], Is.Null);
    }
}
