using Csi.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using AccessMode = Csi.V1.VolumeCapability.Types.AccessMode;

namespace Sidecars.Csi.Tests.Protos;

/// <summary>Bytes made by the reference compiler (wire contract 7): ours must write the same and read them back.</summary>
public sealed class GoldenEncodingTests
{
    private static IEnumerable<TestCaseData> Goldens()
    {
        yield return Golden("Probe, ready", new ProbeResponse { Ready = true }, "0a020801");
        yield return Golden("Probe, present but false", new ProbeResponse { Ready = false }, "0a00");
        yield return Golden("Probe, nothing set", new ProbeResponse(), "");
        yield return Golden("plugin info", new GetPluginInfoResponse { Name = "d.example", VendorVersion = "1" }, "0a09642e6578616d706c65120131");
        yield return Golden("plugin capabilities", new GetPluginCapabilitiesResponse
        {
            Capabilities =
            {
                new PluginCapability { Service = new() { Type = PluginCapability.Types.Service.Types.Type.ControllerService } },
                new PluginCapability { VolumeExpansion = new() { Type = PluginCapability.Types.VolumeExpansion.Types.Type.Online } },
                new PluginCapability { Service = new() },
            },
        }, "0a040a0208010a04120208010a020a00");
        yield return Golden("controller capabilities", new ControllerGetCapabilitiesResponse
        {
            Capabilities =
            {
                new ControllerServiceCapability { Rpc = new() { Type = ControllerServiceCapability.Types.RPC.Types.Type.ExpandVolume } },
                new ControllerServiceCapability { Rpc = new() { Type = ControllerServiceCapability.Types.RPC.Types.Type.ModifyVolume } },
            },
        }, "0a040a0208090a040a02080e");
        yield return Golden("create volume", new CreateVolumeRequest
        {
            Name = "pvc-1",
            CapacityRange = new CapacityRange { RequiredBytes = 1073741824 },
            VolumeCapabilities = { Block(AccessMode.Types.Mode.SingleNodeSingleWriter) },
            AccessibilityRequirements = new TopologyRequirement { Requisite = { new Topology { Segments = { ["z"] = "a" } } } },
        }, "0a057076632d3112060880808080041a060a001a0208063a0a0a080a060a017a120161");
        yield return Golden("publish volume", new ControllerPublishVolumeRequest
        {
            VolumeId = "v1",
            NodeId = "n1",
            VolumeCapability = Block(AccessMode.Types.Mode.MultiNodeMultiWriter),
            Readonly = true,
            VolumeContext = { ["a"] = "b" },
        }, "0a02763112026e311a060a001a020805200132060a0161120162");
        yield return Golden("expand volume", new ControllerExpandVolumeRequest
        {
            VolumeId = "v1",
            CapacityRange = new CapacityRange { RequiredBytes = 2147483648 },
            Secrets = { ["k"] = "s" },
            VolumeCapability = VolumeCapabilities.Compose(false, "ext4", ["ro"], AccessMode.Types.Mode.SingleNodeWriter),
        }, "0a02763112060880808080081a060a016b1201732210120a0a04657874341202726f1a020801");
        yield return Golden("volume expanded", new ControllerExpandVolumeResponse { CapacityBytes = 2147483648, NodeExpansionRequired = true }, "0880808080081001");
        yield return Golden("modify volume", new ControllerModifyVolumeRequest { VolumeId = "v1", MutableParameters = { ["iops"] = "4567" } }, "0a0276311a0c0a04696f7073120434353637");
        yield return Golden("snapshot created", new CreateSnapshotResponse
        {
            Snapshot = new Snapshot
            {
                SizeBytes = 1,
                SnapshotId = "s1",
                SourceVolumeId = "v1",
                CreationTime = new Timestamp { Seconds = 1700000000, Nanos = 5 },
                ReadyToUse = true,
                GroupSnapshotId = "g1",
            },
        }, "0a1a0801120273311a02763122080880e2cfaa061005280132026731");
        yield return Golden("capacity", new GetCapacityResponse { AvailableCapacity = 10, MaximumVolumeSize = 5, MinimumVolumeSize = 0 }, "080a120208051a00");
        yield return Golden("delete group", new DeleteVolumeGroupSnapshotRequest { GroupSnapshotId = "g1", SnapshotIds = { "a", "b" } }, "0a026731120161120162");
        yield return Golden("a negative number", new ListVolumesRequest { MaxEntries = -1 }, "08ffffffffffffffffff01");
    }

    [TestCaseSource(nameof(Goldens))]
    public void A_message_is_written_as_the_reference_compiler_writes_it(IMessage message, string hex) =>
        Assert.That(Convert.ToHexStringLower(message.ToByteArray()), Is.EqualTo(hex));

    [TestCaseSource(nameof(Goldens))]
    public void Bytes_of_the_reference_compiler_are_read_back(IMessage message, string hex) =>
        Assert.That(message.Descriptor.Parser.ParseFrom(Convert.FromHexString(hex)), Is.EqualTo(message));

    [Test]
    public void An_unknown_enum_number_survives_decoding()
    {
        var mode = AccessMode.Parser.ParseFrom(Convert.FromHexString("08b960"));
        Assert.That((int)mode.Mode, Is.EqualTo(12345));
        Assert.That(Convert.ToHexStringLower(mode.ToByteArray()), Is.EqualTo("08b960"));
    }

    [Test]
    public void Methods_have_the_paths_that_metrics_print() => Assert.That(
        Controller.Descriptor.Methods.Select(m => $"/{m.Service.FullName}/{m.Name}"), Does.Contain("/csi.v1.Controller/CreateVolume"));

    [Test]
    public void The_protocol_has_five_services_with_32_methods() => Assert.That(
        CsiReflection.Descriptor.Services.ToDictionary(s => s.Name, s => s.Methods.Count),
        Is.EquivalentTo(new Dictionary<string, int> { ["Identity"] = 3, ["Controller"] = 15, ["GroupController"] = 4, ["SnapshotMetadata"] = 2, ["Node"] = 8 }));

    private static VolumeCapability Block(AccessMode.Types.Mode mode) => VolumeCapabilities.Compose(isBlock: true, null, null, mode);
    private static TestCaseData Golden(string name, IMessage message, string hex) => new TestCaseData(message, hex).SetArgDisplayNames(name);
}
