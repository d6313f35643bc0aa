using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.Playground;

/// <summary>
/// The steps that follow from the snapshots among the manifests: each is taken and lies at the driver, and after deletion neither the objects
/// nor the driver's copies are left.
/// </summary>
internal sealed class SnapshotStory(ClusterState state, DriverData? data, string driverName, IEnumerable<JsonObject> manifests)
{
    public const string Snapshotter = "csi-snapshotter";
    public const string SnapshotController = "snapshot-controller";

    private const string Snapshots = "volumesnapshots.snapshot.storage.k8s.io";
    private const string Contents = "volumesnapshotcontents.snapshot.storage.k8s.io";

    private readonly List<(string Content, string Handle, bool IsKept)> _taken = [];

    /// <summary>The snapshots among the manifests.</summary>
    public IReadOnlyList<JsonObject> All { get; } = ClusterState.OfKind(manifests, "VolumeSnapshot");

    /// <summary>What has to be true once everything is up.</summary>
    public IEnumerable<Step> Rising()
    {
        foreach (var snapshot in All)
        {
            yield return new Step(
                $"{ObjectName.Of(snapshot)} is ready to use", Snapshotter,
                () => state.Find(Snapshots, snapshot) is { } stored && ObjectSummary.IsTrue(stored.Root, "status", "readyToUse"),
                () => state.Tell(Snapshots, snapshot)) { Deed = "snapshot taken" };
            yield return new Step(
                $"{ObjectName.Of(snapshot)} has a snapshot of {driverName}", Snapshotter,
                () => ContentOf(snapshot) is { } content && Text(content, "spec", "driver") == driverName && Handle(content).Length > 0,
                () => ContentOf(snapshot) is { } content ? ObjectSummary.Of("VolumeSnapshotContent", content) : "there is no VolumeSnapshotContent");
            if (data is null) continue;
            yield return new Step(
                $"the snapshot of {ObjectName.Of(snapshot)} is there in the driver", Story.Driver,
                () => ContentOf(snapshot) is { } content && Path.Exists(data.Snapshot(Handle(content))),
                () => ContentOf(snapshot) is { } content ? $"nothing is at {data.Snapshot(Handle(content))}" : "there is no VolumeSnapshotContent");
        }
    }

    /// <summary>Notes what must be gone later; called before anything is deleted.</summary>
    public void Remember()
    {
        foreach (var content in All.Select(ContentOf).OfType<JsonElement>())
            _taken.Add((Text(content, "metadata", "name"), Handle(content), Text(content, "spec", "deletionPolicy") != "Delete"));
    }

    /// <summary>The paths at our own driver of the snapshots that stay, because their policy says so.</summary>
    public IEnumerable<string> Kept => data is null ? [] : _taken.Where(taken => taken.IsKept).Select(taken => data.Snapshot(taken.Handle));

    /// <summary>What has to be true after the snapshots were deleted.</summary>
    public IEnumerable<Step> Gone()
    {
        foreach (var snapshot in All)
        {
            yield return new Step(
                $"{ObjectName.Of(snapshot)} is gone", SnapshotController,
                () => state.Find(Snapshots, snapshot) is null, () => state.Tell(Snapshots, snapshot)) { Deed = "snapshot gone again" };
        }

        foreach (var (content, handle, isKept) in _taken)
        {
            yield return isKept
                ? new Step(
                    $"VolumeSnapshotContent {content} is kept, as its deletion policy says", SnapshotController,
                    () => state.Find(Contents, content) is { IsBeingDeleted: false } && (data is null || Path.Exists(data.Snapshot(handle))),
                    () => "it is gone") { Deed = "a snapshot kept at the driver, as its policy says" }
                : new Step(
                    $"VolumeSnapshotContent {content} is gone", Snapshotter, () => state.Find(Contents, content) is null,
                    () => state.Find(Contents, content) is { } stored ? ObjectSummary.Of(stored) : "gone");
        }

        if (data is null) yield break;
        foreach (var (_, handle, _) in _taken.Where(taken => !taken.IsKept))
        {
            yield return new Step(
                $"the snapshot {handle} is gone from the driver", Story.Driver, () => !Path.Exists(data.Snapshot(handle)),
                () => $"{data.Snapshot(handle)} is still there");
        }
    }

    private JsonElement? ContentOf(JsonObject snapshot) =>
        state.Find(Snapshots, snapshot) is { } stored && Text(stored.Root, "status", "boundVolumeSnapshotContentName") is { Length: > 0 } name
            ? state.Find(Contents, name)?.Root
            : null;

    private static string Handle(JsonElement content) => Text(content, "status", "snapshotHandle");

    private static string Text(JsonElement content, params ReadOnlySpan<string> path) => ObjectSummary.Text(content, path);
}
