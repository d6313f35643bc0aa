using System.Text.Json.Nodes;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>Which secret goes where when a volume is made and when it is deleted (provisioner contract 13, numbers 10 to 14, 71, 72).</summary>
internal sealed class SecretScenarioTests : RigTest
{
    private const string Prefix = "csi.storage.k8s.io/";

    [Test] // 10
    public async Task The_provisioners_secret_goes_to_the_driver_and_the_others_are_noted()
    {
        var rig = await Prepared();
        rig.World.AddSecret("made-with", ("user", "me"), ("password", "geheim"));
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "made-with").With(
            (Prefix + "controller-publish-secret-name", "cp"), (Prefix + "controller-publish-secret-namespace", "a"),
            (Prefix + "node-stage-secret-name", "ns"), (Prefix + "node-stage-secret-namespace", "b"),
            (Prefix + "node-publish-secret-name", "np"), (Prefix + "node-publish-secret-namespace", "c")));
        await rig.Run();
        var volume = await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));

        var secrets = rig.Calls("CreateVolume").Single()["secrets"]!.AsObject();
        Assert.That(secrets.ToDictionary(s => s.Key, s => s.Value!.GetValue<string>()), Is.EquivalentTo(new Dictionary<string, string> { ["user"] = "me", ["password"] = "geheim" }));
        var csi = volume["spec"]!["csi"];
        Assert.That(World.Text(csi, "controllerPublishSecretRef", "name"), Is.EqualTo("cp"));
        Assert.That(World.Text(csi, "nodeStageSecretRef", "namespace"), Is.EqualTo("b"));
        Assert.That(World.Text(csi, "nodePublishSecretRef", "name"), Is.EqualTo("np"));
        Assert.That(World.Text(volume, "metadata", "annotations", TestVolume.SecretName), Is.EqualTo("made-with"));
        Assert.That(World.Text(volume, "metadata", "annotations", TestVolume.SecretNamespace), Is.EqualTo("default"));
    }

    [Test] // 11, 12
    public async Task The_default_secret_stands_for_every_purpose_and_its_template_is_filled_in()
    {
        var rig = await Prepared();
        rig.World.AddSecret("claim", ("k", "v"));
        rig.World.Add(new TestClass().With((Prefix + "secret-name", "${pvc.name}"), (Prefix + "secret-namespace", "${pvc.namespace}")));
        await rig.Run();
        var volume = await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        var csi = volume["spec"]!["csi"];
        foreach (var field in (string[])["controllerPublishSecretRef", "nodeStageSecretRef", "nodePublishSecretRef", "controllerExpandSecretRef", "nodeExpandSecretRef"])
        {
            Assert.That(World.Text(csi, field, "name"), Is.EqualTo("claim"), field);
            Assert.That(World.Text(csi, field, "namespace"), Is.EqualTo("default"), field);
        }
        var annotations = volume["metadata"]!["annotations"];
        Assert.That(World.Text(annotations, "volume.kubernetes.io/controller-modify-secret-name"), Is.EqualTo("claim"));
        Assert.That(World.Text(annotations, TestVolume.SecretName), Is.EqualTo("claim"));
    }

    [Test] // 14 and the row "provision secret absent"
    public async Task A_missing_secret_is_told_and_waited_for()
    {
        var rig = await Started();
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "later"));
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "error getting secret later in namespace default");
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);

        rig.World.AddSecret("later", ("k", "v"));
        await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(rig.Calls("CreateVolume").Single(), "secrets", "k"), Is.EqualTo("v"));
    }

    [Test]
    public async Task A_secret_that_is_no_text_is_refused_by_name_of_its_key()
    {
        var rig = await Prepared();
        rig.World.Create("secrets", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "bytes", ["namespace"] = "default" },
            ["data"] = new JsonObject { ["blob"] = Convert.ToBase64String([0xff, 0xfe, 0x00]) },
        });
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "bytes"));
        await rig.Run();
        rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "the value of key \"blob\" is not UTF-8 text");
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
    }

    [Test] // 71: filled
    public async Task A_volume_is_deleted_with_the_secret_noted_on_it()
    {
        var rig = await Prepared();
        rig.World.AddSecret("noted", ("k", "v"));
        await rig.Run();
        var volume = new TestVolume().Annotated(TestVolume.SecretName, "noted").Annotated(TestVolume.SecretNamespace, "default").Released();
        Assert.That(World.Text(await Deleted(rig, volume), "secrets", "k"), Is.EqualTo("v"));
    }

    [TestCase("", "")] // 71: empty
    [TestCase("gone", "default")] // 71: naming a missing secret
    [TestCase("half", "")]
    [TestCase("no/name", "default")]
    public async Task Without_a_readable_secret_noted_the_driver_is_asked_without(string name, string ns)
    {
        var rig = await Prepared();
        rig.World.AddSecret("of-class", ("k", "v"));
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "of-class"));
        await rig.Run();
        var volume = new TestVolume().Annotated(TestVolume.SecretName, name).Annotated(TestVolume.SecretNamespace, ns).Released();
        Assert.That((await Deleted(rig, volume))["secrets"], Is.Null);
    }

    [Test]
    public async Task A_secret_that_is_closed_to_us_does_not_hold_up_the_deletion()
    {
        var rig = await Prepared();
        rig.World.AddSecret("noted", ("k", "v"));
        using var planned = rig.Cluster.Faults.Add(To("get", "secrets"), Answers(403, "Forbidden", "secrets \"noted\" is forbidden"));
        await rig.Run();
        var volume = new TestVolume().Annotated(TestVolume.SecretName, "noted").Annotated(TestVolume.SecretNamespace, "default").Released();
        Assert.That((await Deleted(rig, volume))["secrets"], Is.Null);
    }

    [Test]
    public async Task A_volume_whose_secret_is_no_text_is_not_deleted_without_it()
    {
        var rig = await Prepared();
        rig.World.AddSecret("noted", ("blob", [0xff, 0xfe, 0x00]));
        await rig.Run();
        rig.World.Add(new TestVolume().Annotated(TestVolume.SecretName, "noted").Annotated(TestVolume.SecretNamespace, "default").Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "secret noted in namespace default: the value of key \"blob\" is not UTF-8 text");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);

        rig.World.Patch("secrets", "noted", $$$"""{"data":{"blob":"{{{Convert.ToBase64String("v"u8)}}}"}}""");
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "secrets", "blob"), Is.EqualTo("v"));
    }

    [TestCase(401, "Unauthorized")]
    [TestCase(408, "Timeout")]
    [TestCase(409, "Conflict")]
    [TestCase(500, "InternalError")]
    [TestCase(503, "ServiceUnavailable")]
    public async Task A_volume_whose_secret_the_api_server_cannot_tell_now_is_not_deleted_without_it(int code, string reason)
    {
        var rig = await Prepared();
        rig.World.AddSecret("noted", ("k", "v"));
        using var planned = rig.Cluster.Faults.Add(To("get", "secrets"), Answers(code, reason, "etcdserver: leader changed"), times: 1);
        await rig.Run();
        rig.World.Add(new TestVolume().Annotated(TestVolume.SecretName, "noted").Annotated(TestVolume.SecretNamespace, "default").Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "error getting secret noted in namespace default: etcdserver: leader changed");
        await rig.World.UntilGone(World.Volumes, "pv-1");
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "secrets", "k"), Is.EqualTo("v"));
    }

    [Test] // 71: absent with class
    public async Task A_volume_without_a_note_is_deleted_with_the_secret_of_its_class()
    {
        var rig = await Prepared();
        rig.World.AddSecret("of-pv-1", ("k", "v"));
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "of-${pv.name}"));
        await rig.Run();
        Assert.That(World.Text(await Deleted(rig, new TestVolume().Released()), "secrets", "k"), Is.EqualTo("v"));
    }

    [Test]
    public async Task A_volume_whose_class_is_gone_is_deleted_without_a_secret()
    {
        var rig = await Started();
        Assert.That((await Deleted(rig, new TestVolume().OfClass("gone").Released()))["secrets"], Is.Null);
    }

    [Test] // 72
    public async Task A_class_whose_template_needs_the_claims_annotations_cannot_delete()
    {
        var rig = await Prepared();
        rig.World.Add(new TestClass().WithProvisionerSecret("default", "${pvc.annotations['team']}"));
        await rig.Run();
        rig.World.Add(new TestVolume().Released());
        await rig.World.UntilEvent("pv-1", "VolumeFailedDelete", "failed to get secretreference for volume pv-1");
        Assert.That(rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);
    }

    private static async Task<JsonObject> Deleted(ProvisionerRig rig, TestVolume volume)
    {
        rig.World.Add(volume);
        await rig.World.UntilGone(World.Volumes, volume.Name);
        return rig.Calls("DeleteVolume").Single();
    }
}
