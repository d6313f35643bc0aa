using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Playground;

/// <summary>
/// The steps that follow from the manifests: each claim that somebody waits for is bound to a real volume, each pod runs with
/// its volumes published, and after deletion nothing is left. Every step looks at the state of the world, not at what was reported.
/// </summary>
internal sealed class Story(
    Storage storage, WorkingDirectory directory, string driverName, IReadOnlyList<PlaygroundNode> nodes, bool isOwnDriver, IReadOnlyList<JsonObject> manifests)
{
    public const string Provisioner = "csi-provisioner";
    public const string Driver = "hostpath-driver";
    public const string Kubelet = "kubelet";
    public const string ClusterRegistrar = "csi-cluster-driver-registrar";
    public const string NodeRegistrar = "csi-node-driver-registrar";

    private readonly List<string> _handles = [];
    private readonly List<string> _volumes = [];

    public Step Healthy(DriverHealth health) => new(
        $"livenessprobe finds {driverName} well", SidecarProgram.LivenessProbe, () => health.Ask().Status is 200, () => Answer(health));

    public Step Dead(DriverHealth health) => new(
        $"livenessprobe finds {driverName} dead", SidecarProgram.LivenessProbe, () => health.Ask().Status is 500, () => Answer(health));

    public IReadOnlyList<JsonObject> Pods => [.. manifests.Where(manifest => Kind(manifest) == "Pod" && Name(manifest).Length > 0)];

    public IReadOnlyList<JsonObject> Claims => [.. manifests.Where(manifest => Kind(manifest) == "PersistentVolumeClaim" && Name(manifest).Length > 0)];

    /// <summary>What has to be true before anybody needs a volume.</summary>
    public IEnumerable<Step> Registered()
    {
        yield return new Step(
            $"CSIDriver {driverName} is there", ClusterRegistrar, () => storage.Get("csidrivers", null, driverName).Object is not null,
            () => $"there is no CSIDriver {driverName}");
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
                () => Phase("persistentvolumeclaims", claim) == "Bound", () => StateOf("persistentvolumeclaims", claim));
            yield return new Step(
                $"{ObjectName.Of(claim)} has a volume of {driverName}", Provisioner,
                () => VolumeOf(claim) is { } volume && Text(volume, "status", "phase") == "Bound" && Text(volume, "spec", "csi", "driver") == driverName,
                () => VolumeOf(claim) is { } volume ? ObjectSummary.Of("PersistentVolume", volume) : "there is no PersistentVolume");
            if (isOwnDriver)
            {
                yield return new Step(
                    $"the volume of {ObjectName.Of(claim)} is there in the driver", Driver,
                    () => VolumeOf(claim) is { } volume && Path.Exists(DataPath(Handle(volume))),
                    () => VolumeOf(claim) is { } volume ? $"nothing is at {DataPath(Handle(volume))}" : "there is no PersistentVolume");
            }
        }

        foreach (var pod in Pods)
        {
            yield return new Step(
                $"{ObjectName.Of(pod)} is running", isOwnDriver ? Driver : Kubelet,
                () => Phase("pods", pod) == "Running", () => StateOf("pods", pod));
            foreach (var claim in Claims.Where(claim => Uses(pod, claim)))
            {
                yield return new Step(
                    $"the volume of {ObjectName.Of(claim)} is published to {ObjectName.Of(pod)}", isOwnDriver ? Driver : Kubelet,
                    () => TargetPath(pod, claim) is { } path && Path.Exists(path),
                    () => $"nothing is at {TargetPath(pod, claim) ?? "the pod's volume directory"}");
            }
        }
    }

    /// <summary>What has to be true after the pods were deleted. Remembers what must be gone later, so it is asked for before deleting.</summary>
    public IReadOnlyList<Step> PodsGone()
    {
        foreach (var volume in Claims.Select(VolumeOf).OfType<JsonElement>())
        {
            if (Text(volume, "spec", "persistentVolumeReclaimPolicy") != "Delete") continue;
            _volumes.Add(Text(volume, "metadata", "name"));
            _handles.Add(Handle(volume));
        }

        var steps = new List<Step>();
        foreach (var pod in Pods)
        {
            var targets = Claims.Where(claim => Uses(pod, claim)).Select(claim => TargetPath(pod, claim)).OfType<string>().ToList();
            steps.Add(new Step($"{ObjectName.Of(pod)} is gone", Kubelet, () => Find("pods", pod) is null, () => StateOf("pods", pod)));
            steps.AddRange(targets.Select(target => new Step(
                $"the volume is no longer published at {target}", isOwnDriver ? Driver : Kubelet, () => !Path.Exists(target), () => "it is still there")));
        }

        // A volume is detached in its own time; deleting its claim before that would only make its provisioner wait and complain.
        steps.AddRange(Claims.Select(VolumeOf).OfType<JsonElement>().Select(volume => Text(volume, "metadata", "name")).Select(volume => new Step(
            $"PersistentVolume {volume} is detached", isOwnDriver ? Driver : Kubelet, () => AttachmentOf(volume) is null,
            () => AttachmentOf(volume) is { } attachment ? ObjectSummary.Of(attachment) : "it is detached")));
        return steps;
    }

    /// <summary>What has to be true after the claims were deleted as well.</summary>
    public IEnumerable<Step> VolumesGone()
    {
        foreach (var claim in Claims)
        {
            yield return new Step(
                $"{ObjectName.Of(claim)} is gone", Kubelet,
                () => Find("persistentvolumeclaims", claim) is null, () => StateOf("persistentvolumeclaims", claim));
        }

        foreach (var volume in _volumes)
        {
            yield return new Step(
                $"PersistentVolume {volume} is gone", Provisioner, () => storage.Get("persistentvolumes", null, volume).Object is null,
                () => storage.Get("persistentvolumes", null, volume).Object is { } stored ? ObjectSummary.Of(stored) : "gone");
        }

        if (!isOwnDriver) yield break;
        foreach (var handle in _handles)
        {
            yield return new Step(
                $"the volume {handle} is gone from the driver", Driver, () => !Path.Exists(DataPath(handle)), () => $"{DataPath(handle)} is still there");
        }
    }

    private static string Answer(DriverHealth health) => health.Ask() is var (status, text) ? $"{status} {text}" : "";

    private StoredObject? AttachmentOf(string volume) => storage.List("volumeattachments").Items
        .FirstOrDefault(attachment => Text(attachment.Root, "spec", "source", "persistentVolumeName") == volume);

    private bool HasConsumerOrBindsAtOnce(JsonObject claim)
    {
        if (Pods.Any(pod => Uses(pod, claim))) return true;
        var className = Find("persistentvolumeclaims", claim) is { } stored ? Text(stored.Root, "spec", "storageClassName") : "";
        return storage.Get("storageclasses", null, className).Object is not { } found
            || Text(found.Root, "volumeBindingMode") != "WaitForFirstConsumer";
    }

    public static bool Uses(JsonObject pod, JsonObject claim) =>
        Namespace(pod) == Namespace(claim)
        && (pod["spec"]?["volumes"]?.AsArray() ?? []).Any(volume => volume?["persistentVolumeClaim"]?["claimName"]?.ToString() == Name(claim));

    private string DataPath(string handle) => directory.File("driver", "volumes", handle);

    /// <summary>Where the pod has the claim's volume; null while it has no node or the claim no volume.</summary>
    public string? TargetPath(JsonObject pod, JsonObject claim)
    {
        if (Find("pods", pod) is not { } stored || VolumeOf(claim) is not { } volume) return null;
        if (nodes.FirstOrDefault(node => node.Name == NodeOf(pod)) is not { } node) return null;
        var name = Text(volume, "metadata", "name");
        return Text(volume, "spec", "volumeMode") == "Block"
            ? Path.Combine(node.KubeletDirectory, "plugins", "kubernetes.io", "csi", "volumeDevices", "publish", name, stored.Uid)
            : Path.Combine(node.KubeletDirectory, "pods", stored.Uid, "volumes", "kubernetes.io~csi", name, "mount");
    }

    private JsonElement? VolumeOf(JsonObject claim) =>
        Find("persistentvolumeclaims", claim) is { } stored && Text(stored.Root, "spec", "volumeName") is { Length: > 0 } name
            ? storage.Get("persistentvolumes", null, name).Object?.Root
            : null;

    private StoredObject? Find(string resource, JsonObject manifest) => storage.Get(resource, Namespace(manifest), Name(manifest)).Object;

    private IReadOnlyList<string> DriversOf(PlaygroundNode of) =>
        storage.Get("csinodes", null, of.Name).Object is { } node
        && node.Root.TryGetProperty("spec", out var spec) && spec.TryGetProperty("drivers", out var drivers) && drivers.ValueKind is JsonValueKind.Array
            ? [.. drivers.EnumerateArray().Select(entry => Text(entry, "name"))]
            : [];

    private string Phase(string resource, JsonObject manifest) => Find(resource, manifest) is { } stored ? Text(stored.Root, "status", "phase") : "";

    private string StateOf(string resource, JsonObject manifest) =>
        Find(resource, manifest) is { } stored ? $"{ObjectName.Of(manifest)}: {ObjectSummary.Of(stored)}" : $"{ObjectName.Of(manifest)} does not exist";

    /// <summary>The node the pod is on, empty while it has none.</summary>
    public string NodeOf(JsonObject pod) => Find("pods", pod) is { } stored ? Text(stored.Root, "spec", "nodeName") : "";

    private static string Handle(JsonElement volume) => Text(volume, "spec", "csi", "volumeHandle");

    private static string Text(JsonElement content, params ReadOnlySpan<string> path) => ObjectSummary.Text(content, path);

    private static string Kind(JsonObject manifest) => manifest["kind"]?.ToString() ?? "";

    private static string Name(JsonObject manifest) => manifest["metadata"]?["name"]?.ToString() ?? "";

    private static string Namespace(JsonObject manifest) => manifest["metadata"]?["namespace"]?.ToString() ?? "default";
}
