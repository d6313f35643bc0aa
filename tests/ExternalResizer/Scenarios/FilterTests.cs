using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests.Scenarios;

/// <summary>Whose claims are expanded, and whose are not (resizer contract 6.4 and 14).</summary>
internal sealed class FilterTests : RigTest
{
    private const string Ebs = "ebs.csi.aws.com";
    private const string Source = """{"volumeID":"vol-1","fsType":"ext4"}""";

    private static IEnumerable<TestCaseData> Passed()
    {
        yield return new TestCaseData(new TestClaim().AtRest()).SetArgDisplayNames("at rest");
        yield return new TestCaseData(new TestClaim().Of("other.example.com")).SetArgDisplayNames("of another driver");
        yield return new TestCaseData(new TestClaim().Foreign()).SetArgDisplayNames("of another incarnation");
        yield return new TestCaseData(new TestClaim().InPhase("Pending")).SetArgDisplayNames("not bound");
        yield return new TestCaseData(new TestClaim().InPhase("Lost")).SetArgDisplayNames("lost");
        yield return new TestCaseData(new TestClaim().From("nfs", """{"server":"s","path":"/"}""")).SetArgDisplayNames("of no driver");
        yield return new TestCaseData(new TestClaim().From("awsElasticBlockStore", Source)).SetArgDisplayNames("of a built-in plugin");
    }

    [TestCaseSource(nameof(Passed))]
    public async Task A_claim_is_passed_by(TestClaim claim)
    {
        var rig = await Given(claim);
        await rig.Fence();
        Assert.That(rig.Expanded, Is.Empty);
        Assert.That(rig.Writes, Is.Empty);
    }

    [Test]
    public async Task A_volume_that_comes_after_its_claim_brings_it_up()
    {
        var rig = await Prepared();
        rig.World.AddClaim(new TestClaim());
        await rig.Run();
        await rig.Fence();
        Assert.That(rig.Expanded, Is.Empty);
        rig.World.AddVolume(new TestClaim());
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Log.Lines, Has.None.StartWith("Retrying"));
    }

    [Test]
    public async Task Notes_on_volumes_of_other_drivers_are_theirs()
    {
        var rig = await Given(new TestClaim().AtRest().Of("other.example.com").VolumeAnnotated((World.PreResize, "1Gi")));
        await rig.Fence();
        Assert.That(World.Text(rig.World.Find(World.Volumes, "pv-a"), "metadata", "annotations", World.PreResize), Is.EqualTo("1Gi"));
    }

    [Test]
    public async Task A_note_that_was_left_over_goes_at_the_start()
    {
        var rig = await Given(new TestClaim().AtRest().VolumeAnnotated((World.PreResize, "1Gi")));
        await rig.World.Until(World.Volumes, "pv-a", v => v["metadata"]!["annotations"]?[World.PreResize] is null);
        Assert.That(rig.Writes, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_volume_of_a_plugin_that_the_driver_took_over_grows_where_the_claim_names_the_driver()
    {
        var rig = await Prepared(new RigOptions { Driver = new ScriptedDriverOptions { Name = Ebs, ControllerCapabilities = ["EXPAND_VOLUME"] } });
        foreach (var (name, resizer) in (ReadOnlySpan<(string, string)>)[("a", Ebs), ("b", "kubernetes.io/aws-ebs"), ("c", "unknown")])
            rig.World.Add(new TestClaim(name).From("awsElasticBlockStore", Source).Annotated("volume.kubernetes.io/storage-resizer", resizer));
        await rig.Run();
        await rig.World.UntilSized("2Gi");
        rig.World.Patch(World.Claims, "b", $$$$"""{"metadata":{"annotations":{"volume.kubernetes.io/storage-resizer":"{{{{Ebs}}}}"}}}""");
        await rig.World.UntilSized("2Gi", "b");
        Assert.That(rig.Expanded.Select(c => World.Text(c, "volume_id")), Is.EqualTo((string[])["vol-1", "vol-1"]));
        Assert.That(rig.Expanded[0]["volume_capability"]?.ToJsonString(), Does.Contain("ext4"));
        Assert.That(string.Join('\n', rig.MetricLines()), Does.Match("csi_sidecar_operations_seconds_count\\{[^}]*ControllerExpandVolume[^}]*migrated=\"true\"\\} 2"));
    }

    [Test]
    public async Task What_cannot_be_asked_is_told_and_tried_again()
    {
        var rig = await Prepared();
        rig.World.Add(new TestClaim("modes").WithVolume("accessModes", new JsonArray("ReadOnlyMany", "ReadWriteOnce")));
        rig.World.Add(new TestClaim("secret").WithSecret("missing"));
        await rig.Run();
        await rig.World.UntilEvent("VolumeResizeFailed", "failed to map access modes of volume pv-modes", "modes");
        await rig.World.UntilEvent("VolumeResizeFailed", "error getting secret missing in namespace default", "secret");
        Assert.That(rig.World.Conditions("secret"), Is.EqualTo((string[])["Resizing"]), "nothing is known of the driver");
        rig.World.AddSecret("missing", ("k", "v"u8.ToArray()));
        await rig.World.UntilSized("2Gi", "secret");
    }
}
