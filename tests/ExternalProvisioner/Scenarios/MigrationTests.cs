using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>Claims of classes whose built-in plugin our driver has taken over (provisioner contract 11, and 13 numbers 81 and 82).</summary>
internal sealed class MigrationTests : RigTest
{
    private const string Ebs = "ebs.csi.aws.com";
    private const string InTree = "kubernetes.io/aws-ebs";
    private const string Vsphere = "csi.vsphere.vmware.com";

    private static readonly TestClass s_class = new TestClass().OfProvisioner(InTree).With(("type", "gp3"), ("fsType", "xfs"), ("iopsPerGB", "10"));
    private static readonly TestClaim s_inTree = new TestClaim().Unassigned().Annotated("volume.kubernetes.io/storage-provisioner", InTree);
    private static readonly TestClaim s_claim = s_inTree.Annotated("pv.kubernetes.io/migrated-to", Ebs);

    [TestCase(false)]
    [TestCase(true)] // 81
    public async Task A_volume_of_a_built_in_class_is_one_of_the_plugin_and_deleted_by_its_own_handle(bool namesDriver)
    {
        var rig = await Started(Named(Ebs));
        rig.World.Add(s_class);
        var claim = rig.World.Add(namesDriver ? new TestClaim().Unassigned().Annotated("volume.kubernetes.io/storage-provisioner", Ebs) : s_claim);
        var volume = await rig.World.UntilProvisioned(claim);
        var name = World.Text(volume, "metadata", "name");
        var request = rig.Calls("CreateVolume").Single();
        Assert.That(request["parameters"]!.AsObject().Select(p => $"{p.Key}={p.Value}"), Is.EquivalentTo(new[] { "type=gp3", "iopsPerGB=10", "allowautoiopspergbincrease=true" }));
        Assert.That(World.Text(request["volume_capabilities"]![0]!.AsObject(), "mount", "fs_type"), Is.EqualTo("xfs"));
        Assert.That(volume["spec"]!["csi"], Is.Null);
        Assert.That(World.Text(volume, "spec", "awsElasticBlockStore", "volumeID"), Is.EqualTo($"vol-of-{name}"));
        Assert.That(World.Text(volume, "spec", "awsElasticBlockStore", "fsType"), Is.EqualTo("xfs"));
        Assert.That((string?)volume["metadata"]!["annotations"]!["pv.kubernetes.io/provisioned-by"], Is.EqualTo(InTree));
        Assert.That(Texts(volume["metadata"]!["finalizers"]), Does.Contain(TestVolume.OurFinalizer));
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");

        rig.World.SetPhase(name, "Released");
        await rig.World.UntilGone(World.Volumes, name);
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo($"vol-of-{name}"));
        Assert.That(Measured(rig, "CreateVolume"), Is.EqualTo((1, 0)));
        Assert.That(Measured(rig, "DeleteVolume"), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_class_of_the_drivers_own_name_is_not_translated()
    {
        var rig = await Started(Named(Ebs));
        rig.World.Add(s_class.OfProvisioner(Ebs));
        var volume = await rig.World.UntilProvisioned(rig.World.Add(s_claim.Annotated("volume.kubernetes.io/storage-provisioner", Ebs)));
        Assert.That(World.Text(volume, "spec", "csi", "driver"), Is.EqualTo(Ebs));
        Assert.That(World.Text(rig.Calls("CreateVolume").Single(), "parameters", "fsType"), Is.EqualTo("xfs"));
        Assert.That(Measured(rig, "CreateVolume"), Is.EqualTo((0, 1)));
    }

    [Test] // 82
    public async Task A_claim_the_cluster_has_not_handed_over_and_one_of_another_plugin_are_left_alone()
    {
        var rig = await Started(Named(Ebs));
        rig.World.Add(s_class);
        rig.World.Add(new TestClass("other").OfProvisioner("kubernetes.io/gce-pd"));
        rig.World.Add(s_inTree with { Name = "not-handed-over" });
        rig.World.Add((s_claim with { Name = "of-another" }).OfClass("other"));
        await rig.World.UntilProvisioned(rig.World.Add(s_claim with { Name = "handed-over" }));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        Assert.That(rig.World.EventsAbout("not-handed-over"), Is.Empty);
        Assert.That(rig.World.EventsAbout("of-another"), Is.Empty);
    }

    [Test]
    public async Task A_driver_that_has_taken_over_nothing_leaves_built_in_classes_alone()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(s_class);
        rig.World.Add(s_inTree.Annotated("pv.kubernetes.io/migrated-to", ScriptedDriverOptions.DefaultName));
        await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        Assert.That(rig.World.EventsAbout("claim"), Is.Empty);
    }

    [Test]
    public async Task A_class_that_cannot_be_translated_is_told_and_served_when_it_is_made_anew()
    {
        var rig = await Started(Named(Ebs));
        rig.World.Add(s_class.With(("zone", "us-east-1a"), ("zones", "us-east-1b")));
        var claim = rig.World.Add(s_claim);
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Is.EqualTo(
            "failed to translate storage class: parameters zone and zones both say where volumes may be; remove one of them; make class fast anew"));
        await rig.Log.WaitForLine(line => line.StartsWith("Retrying", StringComparison.Ordinal) && line.Contains(claim.Uid, StringComparison.Ordinal));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        rig.World.Delete("storageclasses", "fast");
        rig.World.Add(s_class);
        await rig.World.UntilProvisioned(claim);
    }

    [Test]
    public async Task A_volume_that_can_be_none_of_the_plugin_is_taken_back_and_tried_again()
    {
        var rig = await Started(Named(Vsphere));
        rig.Driver.Answer("CreateVolume",
            DriverRule.Answer("""{"volume":{"volume_id":"first","capacity_bytes":"1073741824"}}"""),
            DriverRule.Answer("""{"volume":{"volume_id":"second","capacity_bytes":"1073741824","volume_context":{"initialvolumefilepath":"[ds] a.vmdk"}}}"""));
        rig.World.Add(new TestClass().OfProvisioner("kubernetes.io/vsphere-volume").With(("diskformat", "thin")));
        var claim = rig.World.Add(Of(Vsphere, "kubernetes.io/vsphere-volume"));
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Is.EqualTo(
            "failed to translate volume first to one of kubernetes.io/vsphere-volume: the driver did not say its path in the attribute initialvolumefilepath of the volume; "
            + "the volume was taken back, and the class or the driver has to be put right"));
        var volume = await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(volume, "spec", "vsphereVolume", "volumePath"), Is.EqualTo("[ds] a.vmdk"));
        Assert.That(rig.Calls("DeleteVolume").Select(c => World.Text(c, "volume_id")), Is.EqualTo(new[] { "first" }));
        Assert.That(Measured(rig, "DeleteVolume"), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_volume_that_cannot_be_taken_back_is_gone_for_though_its_claim_is_deleted()
    {
        var rig = await Started(Named(Vsphere));
        rig.Driver.Answer("DeleteVolume", [.. Enumerable.Repeat(Fails(StatusCode.Internal, "not now"), 5), DriverRule.Default]);
        var gate = rig.Driver.Hold("CreateVolume");
        rig.World.Add(new TestClass().OfProvisioner("kubernetes.io/vsphere-volume"));
        rig.World.Add(Of(Vsphere, "kubernetes.io/vsphere-volume"));
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Claims, "claim");
        gate.Release();
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "failed, volume is orphaned: rpc error: code = Internal desc = not now");
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "the volume was taken back");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(6));
    }

    [Test]
    public async Task An_object_whose_answer_got_lost_is_known_again_by_the_plugins_source()
    {
        var rig = await Started(Named(Ebs));
        using var planned = rig.Cluster.Faults.Add(To("create", World.Volumes), new FaultAction.CutAfter(), times: 1);
        rig.World.Add(s_class);
        rig.World.Add(s_claim);
        await rig.World.UntilEvent("claim", "ProvisioningSucceeded");
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        Assert.That(rig.World.EventsAbout("claim"), Has.None.StartsWith("ProvisioningFailed"));
    }

    [Test]
    public async Task A_refused_object_is_made_anew_of_the_class_as_it_is_then_in_the_drivers_words()
    {
        var rig = await Started(Named("pxd.portworx.com"));
        var planned = rig.Cluster.Faults.Add(To("create", World.Volumes), Answers(422, "Invalid", "mount option nolock"));
        var storageClass = new TestClass().OfProvisioner("kubernetes.io/portworx-volume");
        rig.World.Add(storageClass.Mounted("nolock"));
        var claim = rig.World.Add(Of("pxd.portworx.com", "kubernetes.io/portworx-volume"));
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "mount option nolock");
        rig.World.AddSecret("s", ("k", "v"));
        rig.World.Delete("storageclasses", "fast");
        rig.World.Add(storageClass.Mounted("noatime").With(("openstorage.io/auth-secret-name", "s"), ("openstorage.io/auth-secret-namespace", "default")));
        rig.World.Add(Of("pxd.portworx.com", "kubernetes.io/portworx-volume") with { Name = "later" });
        await rig.World.UntilEvent("later", "ProvisioningFailed", "mount option nolock"); // the new class is known
        planned.Dispose();

        var volume = await rig.World.UntilProvisioned(claim);
        Assert.That(Texts(volume["spec"]!["mountOptions"]), Is.EqualTo((string[])["noatime"]));
        Assert.That(World.Text(volume, "spec", "portworxVolume", "volumeID"), Is.EqualTo($"vol-of-pvc-{claim.Uid}"));
        var annotations = volume["metadata"]!["annotations"]!;
        Assert.That(((string?)annotations["openstorage.io/auth-secret-name"], (string?)annotations[TestVolume.SecretName]), Is.EqualTo(("s", "s")));
    }

    [Test]
    public async Task A_volume_of_the_plugin_is_deleted_with_the_secret_its_class_names_in_the_plugins_words()
    {
        var rig = await Prepared(Named("pxd.portworx.com"));
        rig.World.AddSecret("s", ("k", "v"));
        rig.World.Add(new TestClass().OfProvisioner("kubernetes.io/portworx-volume").With(("openstorage.io/auth-secret-name", "s"), ("openstorage.io/auth-secret-namespace", "default")));
        await rig.Run();
        rig.World.Add(new TestVolume().Static().Annotated("pv.kubernetes.io/provisioned-by", "kubernetes.io/portworx-volume")
            .From("portworxVolume", new JsonObject { ["volumeID"] = "p-1" }).Released());
        await rig.World.UntilGone(World.Volumes, "pv-1");
        var call = rig.Driver.Calls.Of("DeleteVolume").Single();
        Assert.That(World.Text(call.Request, "volume_id"), Is.EqualTo("p-1"));
        Assert.That(World.Text(call.Request, "secrets", "k"), Is.EqualTo("v"));
    }

    private static TestClaim Of(string driver, string plugin) =>
        new TestClaim().Unassigned().Annotated("volume.kubernetes.io/storage-provisioner", plugin).Annotated("pv.kubernetes.io/migrated-to", driver);

    private static RigOptions Named(string driver) => new() { Driver = new ScriptedDriverOptions { Name = driver } };

    /// <summary>How many calls of the method were measured as migrated, and how many not.</summary>
    private static (int Migrated, int Plain) Measured(ProvisionerRig rig, string method)
    {
        return (Of("true"), Of("false"));

        int Of(string migrated) => rig.MetricLines()
            .Where(l => l.StartsWith("csi_sidecar_operations_seconds_count", StringComparison.Ordinal) && l.Contains($"/{method}\"", StringComparison.Ordinal) && l.Contains($"migrated=\"{migrated}\"", StringComparison.Ordinal))
            .Sum(l => int.Parse(l[(l.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }
}
