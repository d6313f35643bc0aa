using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Playground;

/// <summary>
/// The steps that follow from the manifests: each claim that somebody waits for is bound to a real volume, each pod runs with
/// its volumes published, and after deletion nothing is left. Every step looks at the state of the world, not at what was reported.
/// </summary>
internal sealed class Story(
    ClusterState state, DriverData? data, string driverName, IReadOnlyList<PlaygroundNode> nodes, IReadOnlyList<JsonObject> manifests)
{
    public const string Provisioner = "csi-provisioner";
    public const string Driver = "hostpath-driver";
    public const string Kubelet = "kubelet";
    public const string ClusterRegistrar = "csi-cluster-driver-registrar";
    public const string NodeRegistrar = "csi-node-driver-registrar";

    private readonly List<(string Name, string Handle, bool IsKept)> _volumes = [];

    private bool IsOwnDriver => data is not null;

    public Step Healthy(DriverHealth health) => new(
        $"livenessprobe finds {driverName} well", SidecarProgram.LivenessProbe, () => health.Ask().Status is 200, () => Answer(health));

    public Step Dead(DriverHealth health) => new(
        $"livenessprobe finds {driverName} dead", SidecarProgram.LivenessProbe, () => health.Ask().Status is 500, () => Answer(health)) { Deed = "a killed driver noticed" };

    public IReadOnlyList<JsonObject> Pods { get; } = ClusterState.OfKind(manifests, "Pod");

    public IReadOnlyList<JsonObject> Claims { get; } = ClusterState.OfKind(manifests, "PersistentVolumeClaim");

    public WorkloadStory Workloads { get; } = new(state, manifests);

    public SnapshotStory Snapshots { get; } = new(state, data, driverName, manifests);

    /// <summary>What has to be true before anybody needs a volume.</summary>
    public IEnumerable<Step> Registered()
    {
        yield return new Step(
            $"CSIDriver {driverName} is there", ClusterRegistrar, () => state.Find("csidrivers", driverName) is not null,
            () => $"there is no CSIDriver {driverName}") { Deed = "driver registered" };
        foreach (var node in nodes)
        {
            yield return new Step(
                $"CSINode {node.Name} lists {driverName}", node.NameOf(NodeRegistrar),
                () => DriversOf(node).Contains(driverName), () => $"it lists {string.Join(", ", DriversOf(node).DefaultIfEmpty("no driver"))}");
        }
    }

    /// <summary>What has to be true once everything is up.</summary>
    public IEnumerable<Step> Rising()
    {
        foreach (var claim in Claims.Where(HasConsumerOrBindsAtOnce))
        {
            yield return new Step(
                $"{ObjectName.Of(claim)} is bound", Provisioner,
                () => state.Phase("persistentvolumeclaims", claim) == "Bound", () => state.Tell("persistentvolumeclaims", claim)) { Deed = "claim bound" };
            yield return new Step(
                $"{ObjectName.Of(claim)} has a volume of {driverName}", Provisioner,
                () => VolumeOf(claim) is { } volume && Text(volume, "status", "phase") == "Bound" && Text(volume, "spec", "csi", "driver") == driverName,
                () => VolumeOf(claim) is { } volume ? ObjectSummary.Of("PersistentVolume", volume) : "there is no PersistentVolume");
            if (data is not null)
            {
                yield return new Step(
                    $"the volume of {ObjectName.Of(claim)} is there in the driver", Driver,
                    () => VolumeOf(claim) is { } volume && Path.Exists(data.Volume(Handle(volume))),
                    () => VolumeOf(claim) is { } volume ? $"nothing is at {data.Volume(Handle(volume))}" : "there is no PersistentVolume");
            }
        }

        foreach (var pod in Pods)
        {
            yield return new Step(
                $"{ObjectName.Of(pod)} is running", IsOwnDriver ? Driver : Kubelet,
                () => state.Phase("pods", pod) == "Running", () => state.Tell("pods", pod));
            foreach (var claim in Claims.Where(claim => Uses(pod, claim)))
            {
                yield return new Step(
                    $"the volume of {ObjectName.Of(claim)} is published to {ObjectName.Of(pod)}", IsOwnDriver ? Driver : Kubelet,
                    () => TargetPath(pod, claim) is { } path && Path.Exists(path),
                    () => $"nothing is at {TargetPath(pod, claim) ?? "the pod's volume directory"}") { Deed = "volume published" };
            }
        }

        foreach (var step in Workloads.Rising().Concat(Snapshots.Rising())) yield return step;
    }

    /// <summary>What has to be true after the pods were deleted. Remembers what must be gone later, so it is asked for before deleting.</summary>
    public IReadOnlyList<Step> PodsGone()
    {
        foreach (var volume in Claims.Select(VolumeOf).OfType<JsonElement>())
        {
            _volumes.Add((Text(volume, "metadata", "name"), Handle(volume), Text(volume, "spec", "persistentVolumeReclaimPolicy") != "Delete"));
        }

        Snapshots.Remember();

        var steps = new List<Step>();
        foreach (var pod in Pods)
        {
            var targets = Claims.Where(claim => Uses(pod, claim)).Select(claim => TargetPath(pod, claim)).OfType<string>().ToList();
            steps.Add(new Step($"{ObjectName.Of(pod)} is gone", Kubelet, () => state.Find("pods", pod) is null, () => state.Tell("pods", pod)));
            steps.AddRange(targets.Select(target => new Step(
                $"the volume is no longer published at {target}", IsOwnDriver ? Driver : Kubelet, () => !Path.Exists(target), () => "it is still there")));
        }

        // A volume is detached in its own time; deleting its claim before that would only make its provisioner wait and complain.
        steps.AddRange(Claims.Select(VolumeOf).OfType<JsonElement>().Select(volume => Text(volume, "metadata", "name")).Select(volume => new Step(
            $"PersistentVolume {volume} is detached", IsOwnDriver ? Driver : Kubelet, () => AttachmentOf(volume) is null,
            () => AttachmentOf(volume) is { } attachment ? ObjectSummary.Of(attachment) : "it is detached")));
        return steps;
    }

    /// <summary>What has to be true after claims and snapshots were deleted as well.</summary>
    public IEnumerable<Step> VolumesGone()
    {
        foreach (var claim in Claims)
        {
            yield return new Step(
                $"{ObjectName.Of(claim)} is gone", Kubelet,
                () => state.Find("persistentvolumeclaims", claim) is null, () => state.Tell("persistentvolumeclaims", claim)) { Deed = "claim gone again" };
        }

        foreach (var (volume, handle, isKept) in _volumes) yield return isKept ? Kept(volume, handle) : Gone(volume);
        foreach (var step in Snapshots.Gone()) yield return step;
        if (data is null || _volumes.Count + Claims.Count + Snapshots.All.Count == 0) yield break;
        var kept = _volumes.Where(volume => volume.IsKept).Select(volume => data.Volume(volume.Handle)).Concat(Snapshots.Kept).ToHashSet(StringComparer.Ordinal);
        yield return new Step(
            "nothing is left at the driver that should have gone", Driver, () => data.Made().All(kept.Contains),
            () => $"it has {string.Join(", ", data.Made().Where(path => !kept.Contains(path)))}")
        { Deed = kept.Count > 0 ? "nothing else left at the driver" : "nothing left at the driver" };
    }

    private Step Gone(string volume) => new(
        $"PersistentVolume {volume} is gone", Provisioner, () => state.Find("persistentvolumes", volume) is null,
        () => state.Find("persistentvolumes", volume) is { } stored ? ObjectSummary.Of(stored) : "gone");

    private Step Kept(string volume, string handle) => new(
        $"PersistentVolume {volume} is released and kept, as its reclaim policy says", Kubelet,
        () => state.Find("persistentvolumes", volume) is { } stored && Text(stored.Root, "status", "phase") == "Released"
            && (data is null || Path.Exists(data.Volume(handle))),
        () => state.Find("persistentvolumes", volume) is { } stored ? ObjectSummary.Of(stored) : "it is gone")
    { Deed = "a volume kept, as its reclaim policy says" };

    private static string Answer(DriverHealth health) => health.Ask() is var (status, text) ? $"{status} {text}" : "";

    private StoredObject? AttachmentOf(string volume) => state.List("volumeattachments")
        .FirstOrDefault(attachment => Text(attachment.Root, "spec", "source", "persistentVolumeName") == volume);

    private bool HasConsumerOrBindsAtOnce(JsonObject claim)
    {
        if (Pods.Any(pod => Uses(pod, claim))) return true;
        var className = state.Find("persistentvolumeclaims", claim) is { } stored ? Text(stored.Root, "spec", "storageClassName") : "";
        return state.Find("storageclasses", className) is not { } found
            || Text(found.Root, "volumeBindingMode") != "WaitForFirstConsumer";
    }

    public static bool Uses(JsonObject pod, JsonObject claim) =>
        ClusterState.NamespaceOf(pod) == ClusterState.NamespaceOf(claim)
        && (pod["spec"]?["volumes"]?.AsArray() ?? [])
            .Any(volume => ClaimOf(pod, volume) == ClusterState.NameOf(claim));

    // The claim of an ephemeral volume is called after the pod and the volume.
    private static string? ClaimOf(JsonObject pod, JsonNode? volume) => volume?["ephemeral"] is not null
        ? $"{ClusterState.NameOf(pod)}-{volume["name"]}"
        : volume?["persistentVolumeClaim"]?["claimName"]?.ToString();

    /// <summary>Where the pod has the claim's volume; null while it has no node or the claim no volume.</summary>
    public string? TargetPath(JsonObject pod, JsonObject claim)
    {
        if (state.Find("pods", pod) is not { } stored || VolumeOf(claim) is not { } volume) return null;
        if (nodes.FirstOrDefault(node => node.Name == NodeOf(pod)) is not { } node) return null;
        var name = Text(volume, "metadata", "name");
        return Text(volume, "spec", "volumeMode") == "Block"
            ? Path.Combine(node.KubeletDirectory, "plugins", "kubernetes.io", "csi", "volumeDevices", "publish", name, stored.Uid)
            : Path.Combine(node.KubeletDirectory, "pods", stored.Uid, "volumes", "kubernetes.io~csi", name, "mount");
    }

    private JsonElement? VolumeOf(JsonObject claim) =>
        state.Find("persistentvolumeclaims", claim) is { } stored && Text(stored.Root, "spec", "volumeName") is { Length: > 0 } name
            ? state.Find("persistentvolumes", name)?.Root
            : null;

    private IReadOnlyList<string> DriversOf(PlaygroundNode of) =>
        state.Find("csinodes", of.Name) is { } node
        && node.Root.TryGetProperty("spec", out var spec) && spec.TryGetProperty("drivers", out var drivers) && drivers.ValueKind is JsonValueKind.Array
            ? [.. drivers.EnumerateArray().Select(entry => Text(entry, "name"))]
            : [];

    /// <summary>The node the pod is on, empty while it has none.</summary>
    public string NodeOf(JsonObject pod) => state.Find("pods", pod) is { } stored ? Text(stored.Root, "spec", "nodeName") : "";

    private static string Handle(JsonElement volume) => Text(volume, "spec", "csi", "volumeHandle");

    private static string Text(JsonElement content, params ReadOnlySpan<string> path) => ObjectSummary.Text(content, path);
}
