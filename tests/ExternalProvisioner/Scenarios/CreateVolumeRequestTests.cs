using System.Globalization;
using System.Text.Json.Nodes;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>What the driver is asked for, and what the volume looks like then (provisioner contract 13, numbers 1 to 24 and 33).</summary>
internal sealed class CreateVolumeRequestTests : RigTest
{
    private const string Prefix = "csi.storage.k8s.io/";
    private static readonly TestClass s_class = new();
    private static readonly TestClaim s_claim = new();

    [Test] // 1
    public async Task The_deprecated_file_system_key_counts_and_goes_to_the_driver_too()
    {
        var (request, volume) = await Provision(s_class.With(("fstype", "ext3")), s_claim);
        Assert.That(World.Text(request, "parameters", "fstype"), Is.EqualTo("ext3"));
        Assert.That(FsTypeAsked(request), Is.EqualTo("ext3"));
        Assert.That(World.Text(volume, "spec", "csi", "fsType"), Is.EqualTo("ext3"));
        Assert.That(volume["spec"]!["csi"]!["volumeAttributes"]!.AsObject().Single().Value!.GetValue<string>(), Does.Match(@"^\d{13}-\d{1,4}-csi\.example\.com$"));
        Assert.That(World.Text(volume, "spec", "capacity", "storage"), Is.EqualTo("1Gi"));
    }

    [Test] // 2
    public async Task The_reserved_file_system_key_stays_here()
    {
        var (request, volume) = await Provision(s_class.With((Prefix + "fstype", "ext3"), ("type", "pd-ssd")), s_claim);
        Assert.That(request["parameters"]!.AsObject().Select(p => p.Key), Is.EqualTo(new[] { "type" }));
        Assert.That(World.Text(volume, "spec", "csi", "fsType"), Is.EqualTo("ext3"));
    }

    [TestCase("ext4", "ext4")]
    [TestCase("", "")] // 4
    public async Task Without_a_file_system_the_default_of_the_command_line_counts(string @default, string expected)
    {
        var options = new RigOptions();
        var (request, volume) = await Provision(s_class, s_claim, options with { Provisioner = options.Provisioner with { DefaultFsType = @default } });
        Assert.That(FsTypeAsked(request), Is.EqualTo(expected));
        Assert.That(World.Text(volume, "spec", "csi", "fsType"), Is.EqualTo(expected));
    }

    [Test] // 5
    public async Task The_driver_is_told_names_where_the_command_line_says_so()
    {
        var options = new RigOptions();
        var (request, volume) = await Provision(s_class, s_claim, options with { Provisioner = options.Provisioner with { ExtraCreateMetadata = true } });
        Assert.That(request["parameters"]!.AsObject().ToDictionary(p => p.Key, p => p.Value!.GetValue<string>()), Is.EquivalentTo(new Dictionary<string, string>
        {
            [Prefix + "pvc/name"] = "claim",
            [Prefix + "pvc/namespace"] = "default",
            [Prefix + "pv/name"] = World.Text(volume, "metadata", "name"),
        }));
    }

    [TestCase("ReadWriteMany", false, "MULTI_NODE_MULTI_WRITER")] // 6
    [TestCase("ReadOnlyMany", false, "MULTI_NODE_READER_ONLY")]
    [TestCase("ReadWriteOnce", false, "SINGLE_NODE_WRITER")]
    [TestCase("ReadWriteOncePod", false, "SINGLE_NODE_WRITER")]
    [TestCase("ReadWriteOnce", true, "SINGLE_NODE_MULTI_WRITER")] // 7
    [TestCase("ReadWriteOncePod", true, "SINGLE_NODE_SINGLE_WRITER")]
    public async Task An_access_mode_is_put_in_the_drivers_words(string mode, bool multiWriter, string expected)
    {
        string[] capabilities = multiWriter ? ["CREATE_DELETE_VOLUME", "SINGLE_NODE_MULTI_WRITER"] : ["CREATE_DELETE_VOLUME"];
        var (request, volume) = await Provision(s_class, s_claim.Accessed(mode), RigOptions.WithCapabilities(capabilities));
        Assert.That(ModesOf(request), Is.EqualTo(new[] { expected }));
        Assert.That(Texts(volume["spec"]!["accessModes"]), Is.EqualTo(new[] { mode }));
    }

    [Test] // 8
    public async Task Several_access_modes_are_as_many_capabilities_and_never_read_only()
    {
        var (request, volume) = await Provision(s_class, s_claim.Accessed("ReadOnlyMany", "ReadWriteOnce"), PublishingReadOnly());
        Assert.That(ModesOf(request), Is.EqualTo(new[] { "MULTI_NODE_READER_ONLY", "SINGLE_NODE_WRITER" }));
        Assert.That(volume["spec"]!["csi"]!["readOnly"], Is.Null);
    }

    [TestCase(true)]
    [TestCase(false)] // 9
    public async Task A_volume_of_readers_is_read_only_where_the_command_line_says_so(bool asked)
    {
        var (_, volume) = await Provision(s_class, s_claim.Accessed("ReadOnlyMany"), asked ? PublishingReadOnly() : null);
        Assert.That(volume["spec"]!["csi"]!["readOnly"]?.GetValue<bool>() ?? false, Is.EqualTo(asked));
    }

    [Test] // 22
    public async Task A_block_volume_is_asked_for_without_file_system()
    {
        var (request, volume) = await Provision(s_class.With((Prefix + "fstype", "xfs")).Mounted("noatime"), s_claim.Raw());
        var capability = request["volume_capabilities"]![0]!;
        Assert.That(capability["block"]!.AsObject(), Is.Empty);
        Assert.That(capability["mount"], Is.Null);
        Assert.That(World.Text(volume, "spec", "volumeMode"), Is.EqualTo("Block"));
        Assert.That(volume["spec"]!["csi"]!["fsType"], Is.Null);
    }

    [Test] // 24
    public async Task Mount_options_reach_the_driver_and_the_volume()
    {
        var (request, volume) = await Provision(s_class.Mounted("a", "b"), s_claim);
        Assert.That(Texts(request["volume_capabilities"]![0]!["mount"]!["mount_flags"]), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(Texts(volume["spec"]!["mountOptions"]), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test] // 20
    public async Task All_known_reserved_keys_stay_here_and_deprecated_ones_go_to_the_driver()
    {
        var rig = await Prepared();
        rig.World.AddSecret("s");
        var keys = SecretPurpose.SelectMany(p => new[] { (Prefix + p + "secret-name", "s"), (Prefix + p + "secret-namespace", "default") });
        rig.World.Add(s_class.With([.. keys, (Prefix + "fstype", "ext4"), ("csiFoo", "kept")]));
        await rig.Run();
        await rig.World.UntilProvisioned(rig.World.Add(s_claim));
        Assert.That(rig.Calls("CreateVolume").Single()["parameters"]!.AsObject().Select(p => p.Key), Is.EqualTo(new[] { "csiFoo" }));
    }

    // As the claim is stored, what the driver is asked for, and what the volume has: never less than the claim.
    [TestCase("3.2Gi", "3435973836800m", 3_435_973_837, "3435973837")]
    [TestCase("0.5Gi", "512Mi", 536_870_912, "512Mi")]
    [TestCase("2.5G", "2500M", 2_500_000_000, "2500M")]
    [TestCase("1e3", "1e3", 1000, "1k")]
    [TestCase("1E3", "1E3", 1000, "1k")]
    [TestCase("+1", "+1", 1, "1")]
    [TestCase("1.500", "1.500", 2, "2")]
    [TestCase("500m", "500m", 1, "1")]
    [TestCase("0.1n", "1m", 1, "1")]
    [TestCase("8589934592Gi", "9223372036854775807", long.MaxValue, "9223372036854775807")]
    [TestCase("16Ei", "9223372036854775807", long.MaxValue, "9223372036854775807")]
    [TestCase("9E", "9E", 9_000_000_000_000_000_000, "8789062500000000Ki")]
    [TestCase("9223372036854775807", "9223372036854775807", long.MaxValue, "9223372036854775807")]
    [TestCase("9223372036854775806500m", "9223372036854775806500m", long.MaxValue, "9223372036854775807")]
    public async Task A_size_goes_to_the_driver_in_bytes_and_the_volume_is_never_below_it(string size, string stored, long bytes, string capacity)
    {
        var rig = await Started();
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim.Sized(size));
        Assert.That(World.Text(claim.ToJson(), "spec", "resources", "requests", "storage"), Is.EqualTo(stored));
        var volume = await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(rig.Calls("CreateVolume").Single(), "capacity_range", "required_bytes"), Is.EqualTo(bytes.ToString(CultureInfo.InvariantCulture)));
        Assert.That(World.Text(volume, "spec", "capacity", "storage"), Is.EqualTo(capacity));
    }

    [TestCase("10E")]
    [TestCase("73786976299133170k")]
    [TestCase("9223372036854775808")]
    [TestCase("9223372036854775807500m")]
    [TestCase("10e18")]
    [TestCase("10e999999999")]
    public async Task A_size_no_driver_can_be_told_is_refused_by_its_name(string size)
    {
        var message = await Refusal(new TestClass(), new TestClaim().Sized(size));
        Assert.That(message, Does.Contain($"the requested size {size} is more than a volume can have, 9223372036854775807 bytes"));
    }

    [Test]
    public async Task Names_follow_the_prefix_and_the_length_of_the_command_line()
    {
        var options = new RigOptions();
        var rig = await Started(options with { Provisioner = options.Provisioner with { Naming = new VolumeNaming("test", 5) } });
        rig.World.Add(s_class);
        var claim = rig.World.Add(s_claim);
        var name = "test-" + claim.Uid.Replace("-", "", StringComparison.Ordinal)[..5];
        await rig.World.UntilExists(World.Volumes, name);
        Assert.That(World.Text(rig.Calls("CreateVolume").Single(), "name"), Is.EqualTo(name));
    }

    [Test] // 26
    public async Task A_driver_that_says_no_size_made_what_was_asked_for()
    {
        var rig = await Started();
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"v"}}"""));
        rig.World.Add(s_class);
        var volume = await rig.World.UntilProvisioned(rig.World.Add(s_claim.Sized("3Gi")));
        Assert.That(World.Text(volume, "spec", "capacity", "storage"), Is.EqualTo("3Gi"));
    }

    [Test] // 33
    public async Task Topology_in_the_answer_of_a_driver_without_topology_is_ignored()
    {
        var rig = await Started();
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""
            {"volume":{"volume_id":"v","capacity_bytes":"1073741824","accessible_topology":[{"segments":{"zone":"z1"}}]}}
            """));
        rig.World.Add(s_class.Delayed());
        var volume = await rig.World.UntilProvisioned(rig.World.Add(s_claim.OnNode("node-1")));
        Assert.That(rig.Calls("CreateVolume").Single()["accessibility_requirements"], Is.Null);
        Assert.That(volume["spec"]!["nodeAffinity"], Is.Null);
    }

    private static readonly string[] SecretPurpose =
        ["", "provisioner-", "controller-publish-", "node-stage-", "node-publish-", "controller-expand-", "node-expand-", "controller-modify-"];

    private static RigOptions PublishingReadOnly()
    {
        var options = new RigOptions();
        return options with { Provisioner = options.Provisioner with { ControllerPublishReadOnly = true } };
    }

    private static string FsTypeAsked(JsonObject request) => World.Text(request["volume_capabilities"]![0], "mount", "fs_type");

    private static string[] ModesOf(JsonObject request) =>
        [.. request["volume_capabilities"]!.AsArray().Select(c => World.Text(c, "access_mode", "mode"))];
}
