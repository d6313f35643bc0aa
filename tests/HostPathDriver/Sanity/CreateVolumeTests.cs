using Csi.V1;
using Grpc.Core;
using static Sidecars.HostPathDriver.Tests.RunningDriver;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class CreateVolumeTests : DriverTest
{
    private static readonly TestCaseData[] Malformed =
    [
        Case("no name", r => r.Name = ""),
        Case("a name of 129 bytes", r => r.Name = new string('n', 129)),
        Case("a control character in the name", r => r.Name = "a\u0001b"),
        Case("no capabilities", r => r.VolumeCapabilities.Clear()),
        Case("no access type", r => r.VolumeCapabilities[0].ClearAccessType()),
        Case("no access mode", r => r.VolumeCapabilities[0].AccessMode = null),
        Case("the access mode UNKNOWN", r => r.VolumeCapabilities[0].AccessMode.Mode = Mode.Unknown),
        Case("an access mode of a later protocol", r => r.VolumeCapabilities[0].AccessMode.Mode = (Mode)99),
        Case("block and mount mixed", r => r.VolumeCapabilities.Add(Requests.Block())),
        Case("a mount group that is not offered", r => r.VolumeCapabilities[0].Mount.VolumeMountGroup = "1000"),
        Case("a negative size", r => r.CapacityRange.RequiredBytes = -1),
        Case("a limit below the required size", r => r.CapacityRange.LimitBytes = 1),
        Case("an empty range", r => r.CapacityRange = new()),
        Case("parameters above 4 KiB", r => r.Parameters["k"] = new string('v', 4096)),
        Case("an unknown mutable parameter", r => r.MutableParameters["colour"] = "red"),
        Case("a source that names nothing", r => r.VolumeContentSource = new()),
        Case("a source without an id", r => r.VolumeContentSource = new() { Snapshot = new() }),
    ];

    private static readonly TestCaseData[] Incompatible =
    [
        Case("a larger size", r => r.CapacityRange.RequiredBytes = 2 * Gi),
        Case("a smaller limit", r => r.CapacityRange = new() { LimitBytes = Gi - 1 }),
        Case("the other access type", r => r.VolumeCapabilities[0] = Requests.Block()),
        Case("other parameters", r => r.Parameters["type"] = "other"),
        Case("other mutable parameters", r => r.MutableParameters["iops"] = "5"),
        Case("a content source", r => r.VolumeContentSource = new() { Snapshot = new() { SnapshotId = "snap-x" } }),
        Case("another topology", r => r.AccessibilityRequirements = new()
        {
            Requisite = { new Topology { Segments = { ["topology.hostpath.csi.sidecars.dev/node"] = "elsewhere" } } },
        }),
    ];

    [Test]
    public async Task A_volume_has_the_required_size_an_id_and_the_node_s_topology()
    {
        var volume = await Driver.CreateVolume("pvc-1");
        Assert.Multiple(() =>
        {
            Assert.That(volume.VolumeId, Does.StartWith("vol-"));
            Assert.That(volume.CapacityBytes, Is.EqualTo(Gi));
            Assert.That(volume.AccessibleTopology.Single().Segments.Values, Is.EqualTo(new[] { "node-1" }));
            Assert.That(Directory.Exists(Driver.Backend.Data.VolumePath(volume.VolumeId)));
        });
    }

    [Test]
    public async Task A_block_volume_is_a_sparse_file_of_its_size()
    {
        var volume = await Driver.CreateVolume("raw", r => r.VolumeCapabilities[0] = Requests.Block());
        Assert.That(new FileInfo(Driver.Backend.Data.VolumePath(volume.VolumeId)).Length, Is.EqualTo(Gi));
    }

    [Test]
    public async Task The_same_request_again_answers_with_the_same_volume()
    {
        var first = await Driver.CreateVolume("pvc-1", r => r.Parameters["type"] = "pd-ssd");
        var second = await Driver.CreateVolume("pvc-1", r => r.Parameters["type"] = "pd-ssd");
        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public async Task A_repeat_may_ask_for_any_range_the_volume_lies_in()
    {
        var first = await Driver.CreateVolume("pvc-1");
        var second = await Driver.CreateVolume("pvc-1", r => r.CapacityRange = new() { RequiredBytes = Gi - 5, LimitBytes = Gi + 5 });
        Assert.That(second.VolumeId, Is.EqualTo(first.VolumeId));
    }

    [TestCaseSource(nameof(Malformed))]
    public async Task A_malformed_request_is_an_invalid_argument_and_makes_nothing(Action<CreateVolumeRequest> spoil)
    {
        await Refused(Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("pvc-1", spoil)), StatusCode.InvalidArgument);
        Assert.That((await Ok(Driver.Controller.ListVolumesAsync(new()))).Entries, Is.Empty);
    }

    [TestCaseSource(nameof(Incompatible))]
    public async Task A_repeat_that_asks_for_something_else_already_exists(Action<CreateVolumeRequest> change)
    {
        await Driver.CreateVolume("pvc-1");
        var status = await Refused(
            Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("pvc-1", change)), StatusCode.AlreadyExists);
        Assert.That(status.Detail, Does.Contain("pvc-1"));
    }

    [Test]
    public async Task A_name_of_128_bytes_is_accepted() =>
        Assert.That((await Driver.CreateVolume(new string('n', 128))).VolumeId, Is.Not.Empty);

    [Test]
    public async Task A_name_that_looks_like_a_path_stays_a_name()
    {
        var volume = await Driver.CreateVolume("../../etc/passwd");
        Assert.That(Path.GetDirectoryName(Driver.Backend.Data.VolumePath(volume.VolumeId)), Is.EqualTo(Driver.PathOf("state", "volumes")));
    }

    [Test]
    public async Task Without_a_range_the_default_size_is_given() =>
        Assert.That((await Driver.CreateVolume("pvc-1", r => r.CapacityRange = null)).CapacityBytes, Is.EqualTo(Gi));

    [Test]
    public async Task A_limit_alone_bounds_the_default_size() =>
        Assert.That(
            (await Driver.CreateVolume("pvc-1", r => r.CapacityRange = new() { LimitBytes = 4096 })).CapacityBytes, Is.EqualTo(4096));

    [Test]
    public async Task More_than_a_volume_may_have_is_out_of_range() => await Refused(
        Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("big", r => r.CapacityRange.RequiredBytes = 4 * Gi + 1)),
        StatusCode.OutOfRange);

    [Test]
    public async Task More_than_is_free_is_resource_exhausted_and_goes_through_once_there_is_room()
    {
        var first = await Driver.CreateVolume("a", r => r.CapacityRange.RequiredBytes = 4 * Gi);
        await Driver.CreateVolume("b", r => r.CapacityRange.RequiredBytes = 4 * Gi);
        var third = Requests.CreateVolume("c", r => r.CapacityRange.RequiredBytes = 4 * Gi);
        await Refused(Driver.Controller.CreateVolumeAsync(third), StatusCode.ResourceExhausted);
        await Ok(Driver.Controller.DeleteVolumeAsync(new() { VolumeId = first.VolumeId }));
        Assert.That((await Ok(Driver.Controller.CreateVolumeAsync(third))).Volume.CapacityBytes, Is.EqualTo(4 * Gi));
    }

    [Test]
    public async Task A_topology_without_the_node_is_resource_exhausted() => await Refused(
        Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("pvc-1", r => r.AccessibilityRequirements = new()
        {
            Requisite = { new Topology { Segments = { ["topology.kubernetes.io/zone"] = "a" } } },
        })),
        StatusCode.ResourceExhausted);

    [Test]
    public async Task A_topology_with_the_node_among_others_is_served()
    {
        var volume = await Driver.CreateVolume("pvc-1", r => r.AccessibilityRequirements = new()
        {
            Requisite =
            {
                new Topology { Segments = { ["topology.hostpath.csi.sidecars.dev/node"] = "elsewhere" } },
                new Topology { Segments = { ["Topology.hostpath.csi.sidecars.dev/node"] = "node-1" } },
            },
        });
        Assert.That(volume.AccessibleTopology, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_second_creation_of_a_name_under_way_is_aborted()
    {
        using (Driver.Backend.Locks.TryChange("volume name pvc-1"))
            await Refused(Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("pvc-1")), StatusCode.Aborted);
        Assert.That((await Driver.CreateVolume("pvc-1")).VolumeId, Is.Not.Empty);
    }

    [Test]
    public async Task Thirty_creations_of_one_name_at_once_make_one_volume()
    {
        var calls = Enumerable.Range(0, 30).Select(async _ =>
        {
            try
            {
                return (await Ok(Driver.Controller.CreateVolumeAsync(Requests.CreateVolume("pvc-1")))).Volume.VolumeId;
            }
            catch (RpcException busy) when (busy.StatusCode == StatusCode.Aborted)
            {
                return null;
            }
        });
        var ids = (await Task.WhenAll(calls).WaitAsync(Limit)).OfType<string>().Distinct().ToList();
        Assert.Multiple(async () =>
        {
            Assert.That(ids, Has.Count.EqualTo(1));
            Assert.That((await Ok(Driver.Controller.ListVolumesAsync(new()))).Entries.Select(e => e.Volume.VolumeId), Is.EqualTo(ids));
        });
    }

    private static TestCaseData Case(string name, Action<CreateVolumeRequest> change) => new TestCaseData(change).SetArgDisplayNames(name);
}
