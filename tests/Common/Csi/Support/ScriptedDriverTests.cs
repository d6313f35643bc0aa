using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Support;

/// <summary>The driver that all other tests trust has to do what its script says.</summary>
public sealed class ScriptedDriverTests
{
    private readonly FakeTimeProvider _time = new();
    private ScriptedDriver _driver = null!;
    private CsiConnection _connection = null!;
    private Controller.ControllerClient _controller = null!;

    [SetUp]
    public async Task Connect()
    {
        _driver = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions
        {
            PluginCapabilities = ["CONTROLLER_SERVICE", "VOLUME_ACCESSIBILITY_CONSTRAINTS", "OFFLINE"],
            GroupControllerCapabilities = ["CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT"],
        }, _time);
        _connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = _driver.Address, OnLoss = LossPolicy.Reconnect }, NullLogger.Instance, TimeProvider.System, default).WithinLimit();
        _controller = new Controller.ControllerClient(_connection.Invoker);
    }

    [TearDown]
    public async Task Disconnect()
    {
        _connection.Dispose();
        await _driver.DisposeAsync();
    }

    [Test]
    public async Task A_request_is_written_down_as_JSON_with_the_protocols_names()
    {
        await Create(new CreateVolumeRequest { Name = "pvc-1", CapacityRange = new CapacityRange { RequiredBytes = 5 }, Secrets = { ["k"] = "v" } });
        var call = _driver.Calls.All.Single();
        Assert.That((call.Method, call.Code), Is.EqualTo(("CreateVolume", StatusCode.OK)));
        Assert.That(call.Request.ToJsonString(), Is.EqualTo("""{"name":"pvc-1","capacity_range":{"required_bytes":"5"},"secrets":{"k":"v"}}"""));
    }

    [Test]
    public async Task The_nth_call_takes_the_nth_rule_and_the_last_repeats()
    {
        _driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.Unavailable), DriverRule.Fail(StatusCode.Internal, "again"));
        Assert.That((await Fails()).Status.Detail, Is.EqualTo("scripted Unavailable"));
        Assert.That((await Fails()).StatusCode, Is.EqualTo(StatusCode.Internal));
        Assert.That((await Fails()).Status.Detail, Is.EqualTo("again"));

        _driver.Answer("CreateVolume");
        Assert.That((await Create(new CreateVolumeRequest { Name = "x" })).Volume.VolumeId, Is.EqualTo("vol-of-x"));
        Assert.That(_driver.Calls.All.Select(c => c.Code), Is.EqualTo(new[] { StatusCode.Unavailable, StatusCode.Internal, StatusCode.Internal, StatusCode.OK }));
    }

    [Test]
    public async Task A_delay_passes_by_the_drivers_clock()
    {
        _driver.Answer("CreateVolume", DriverRule.After(TimeSpan.FromMinutes(10)));
        var creating = Create(new CreateVolumeRequest { Name = "x" });
        await _driver.WaitForCalls("CreateVolume");
        while (!creating.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.That((await creating).Volume.VolumeId, Is.EqualTo("vol-of-x"));
    }

    [Test]
    public async Task A_held_call_waits_for_its_release()
    {
        using var gate = _driver.Hold("CreateVolume");
        var creating = Create(new CreateVolumeRequest { Name = "x" });
        await gate.Entered.WithinLimit();
        Assert.That(creating.IsCompleted, Is.False);
        gate.Release();
        Assert.That((await creating).Volume.VolumeId, Is.EqualTo("vol-of-x"));
    }

    [Test]
    public async Task It_comes_back_at_the_same_place_and_remembers_its_calls()
    {
        await Create(new CreateVolumeRequest { Name = "x" });
        await _driver.StopAsync();
        Assert.That((await Fails()).StatusCode, Is.EqualTo(StatusCode.Unavailable));
        await _driver.StartAsync();
        await Create(new CreateVolumeRequest { Name = "y" });
        Assert.That(_driver.Calls.Of("CreateVolume").Select(c => (string)c.Request["name"]!), Is.EqualTo(new[] { "x", "y" }));
    }

    [Test]
    public async Task Default_answers_tell_what_they_belong_to()
    {
        var volume = (await Create(new CreateVolumeRequest
        {
            Name = "x",
            VolumeContentSource = new VolumeContentSource { Volume = new() { VolumeId = "v0" } },
            AccessibilityRequirements = new TopologyRequirement { Preferred = { Zone("a"), Zone("b") } },
        })).Volume;
        Assert.That((volume.VolumeId, volume.CapacityBytes, volume.ContentSource.Volume.VolumeId), Is.EqualTo(("vol-of-x", 1L << 30, "v0")));
        Assert.That(volume.AccessibleTopology, Is.EqualTo(new[] { Zone("a") }));

        var snapshot = (await _controller.CreateSnapshotAsync(new CreateSnapshotRequest { Name = "s", SourceVolumeId = "v" }).ResponseAsync.WithinLimit()).Snapshot;
        Assert.That((snapshot.SnapshotId, snapshot.SourceVolumeId, snapshot.SizeBytes, snapshot.ReadyToUse), Is.EqualTo(("snap-of-s", "v", 1L << 30, true)));
        Assert.That(snapshot.CreationTime.Seconds, Is.EqualTo(1767225600));

        var capacity = await _controller.GetCapacityAsync(new GetCapacityRequest()).ResponseAsync.WithinLimit();
        Assert.That(capacity.AvailableCapacity, Is.EqualTo(10L << 30));

        var expanded = await _controller.ControllerExpandVolumeAsync(
            new ControllerExpandVolumeRequest { CapacityRange = new CapacityRange { RequiredBytes = 7 } }).ResponseAsync.WithinLimit();
        Assert.That((expanded.CapacityBytes, expanded.NodeExpansionRequired), Is.EqualTo((7L, false)));
    }

    [Test]
    public async Task A_group_is_cut_of_its_volumes_in_order()
    {
        var groups = new GroupController.GroupControllerClient(_connection.Invoker);
        var group = (await groups.CreateVolumeGroupSnapshotAsync(
            new CreateVolumeGroupSnapshotRequest { Name = "g", SourceVolumeIds = { "b", "a" } }).ResponseAsync.WithinLimit()).GroupSnapshot;
        Assert.That((group.GroupSnapshotId, group.ReadyToUse), Is.EqualTo(("group-of-g", true)));
        Assert.That(group.Snapshots.Select(s => (s.SnapshotId, s.GroupSnapshotId)), Is.EqualTo(new[] { ("snap-of-a", "group-of-g"), ("snap-of-b", "group-of-g") }));
    }

    [Test]
    public async Task A_method_without_a_default_answers_with_an_empty_message() => Assert.That(
        (await _controller.ListVolumesAsync(new ListVolumesRequest()).ResponseAsync.WithinLimit()).CalculateSize(), Is.Zero);

    private static Topology Zone(string name) => new() { Segments = { ["zone"] = name } };

    private Task<CreateVolumeResponse> Create(CreateVolumeRequest request) => _controller.CreateVolumeAsync(request).ResponseAsync.WithinLimit();

    private async Task<RpcException> Fails() => (await Assert.ThrowsAsync<RpcException>(() => Create(new CreateVolumeRequest { Name = "x" })))!;
}
