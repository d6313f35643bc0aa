using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The attach-detach controller: for each node, every CSI volume of a pod scheduled there gets a VolumeAttachment, and loses it once no pod
/// needs it and the kubelet reports it no longer in use. What the attachments say is shown in the node's status and in events of
/// the pods that wait.
/// </summary>
internal sealed class AttachDetach(ControllerContext context)
{
    private const string Component = "attachdetach-controller";

    private readonly ToldOnce _told = new();

    public static ControllerLoop Start(ControllerContext context)
    {
        var controller = new AttachDetach(context);
        return new ControllerLoop("attach-detach", context, (key, _) => new(controller.Reconcile(key)))
            .On("nodes")
            .On("pods", change => PodVolumes.NodeName(change.Object) is { Length: > 0 } node ? [node] : [])
            .On("volumeattachments", change =>
            {
                if (change.Type == WatchEventType.Deleted) controller._told.Forget(change.Object.Uid);
                return [change.Object.Root.Text("spec", "nodeName")];
            })
            .On("persistentvolumeclaims", change => controller.NodesUsing(change.Object))
            .On("csidrivers", _ => controller.AllNodes());
    }

    private Outcome Reconcile(string nodeName)
    {
        var wanted = WantedOn(nodeName);
        var present = context.Storage.List("volumeattachments").Items
            .Where(attachment => attachment.Root.Text("spec", "nodeName") == nodeName)
            .ToDictionary(attachment => attachment.Name, StringComparer.Ordinal);

        var retry = "";
        foreach (var (name, use) in wanted)
        {
            if (present.TryGetValue(name, out var attachment)) Report(attachment, use);
            else if (Attach(name, use, nodeName) is { RetryReason: { } reason }) retry = reason;
        }

        var node = context.Storage.Get("nodes", null, nodeName).Object;
        foreach (var (name, attachment) in present)
        {
            if (wanted.ContainsKey(name) || attachment.IsBeingDeleted || IsInUse(attachment, node)) continue;
            if (Outcome.Of(context.Storage.Delete("volumeattachments", null, name)) is { RetryReason: { } reason }) retry = reason;
        }

        if (node is not null && Show(node, present.Values) is { RetryReason: { } conflict }) retry = conflict;
        return retry.Length > 0 ? Outcome.Retry(retry) : Outcome.Done;
    }

    private Dictionary<string, Use> WantedOn(string nodeName)
    {
        var wanted = new Dictionary<string, Use>(StringComparer.Ordinal);
        foreach (var pod in context.Storage.List("pods").Items)
        {
            if (PodVolumes.NodeName(pod) != nodeName || PodVolumes.IsFinished(pod)) continue;
            foreach (var volume in PodVolumes.ClaimNames(pod).Select(claim => BoundVolume(pod.Namespace, claim)).OfType<Volume>())
            {
                if (volume.Driver.Length == 0 || !AttachRequired(context.Storage, volume.Driver)) continue;
                var name = AttachmentName.Of(volume.Handle, volume.Driver, nodeName);
                if (wanted.TryGetValue(name, out var use)) use.Pods.Add(pod);
                else wanted[name] = new Use(volume, [pod]);
            }
        }

        return wanted;
    }

    /// <summary>Whether the driver's volumes are attached at all; they are unless its CSIDriver object says otherwise.</summary>
    public static bool AttachRequired(Storage storage, string driver) =>
        storage.Get("csidrivers", null, driver).Object?.Root.Flag("spec", "attachRequired") ?? true;

    private Outcome Attach(string name, Use use, string nodeName)
    {
        if (AttachedElsewhere(use.Volume, nodeName) is { } other)
        {
            foreach (var pod in use.Pods.Where(pod => _told.IsNews(pod.Uid + use.Volume.Stored.Uid, other)))
            {
                context.Events.Warning(pod, Component, "FailedAttachVolume",
                    $"Multi-Attach error for volume \"{use.Volume.Stored.Name}\" Volume is already exclusively attached to one node "
                    + $"({other}) and can't be attached to another");
            }

            return Outcome.Done;
        }

        return Outcome.Of(context.Storage.Create("volumeattachments", new JsonObject
        {
            ["apiVersion"] = "storage.k8s.io/v1",
            ["kind"] = "VolumeAttachment",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["attacher"] = use.Volume.Driver,
                ["nodeName"] = nodeName,
                ["source"] = new JsonObject { ["persistentVolumeName"] = use.Volume.Stored.Name },
            },
        }));
    }

    private string? AttachedElsewhere(Volume volume, string nodeName)
    {
        if (volume.Stored.Root.Texts("spec", "accessModes").Any(mode => mode is "ReadWriteMany" or "ReadOnlyMany")) return null;
        return context.Storage.List("volumeattachments").Items
            .Where(attachment => attachment.Root.Text("spec", "source", "persistentVolumeName") == volume.Stored.Name)
            .Select(attachment => attachment.Root.Text("spec", "nodeName"))
            .FirstOrDefault(node => node != nodeName);
    }

    private void Report(StoredObject attachment, Use use)
    {
        var volume = use.Volume.Stored.Name;
        if (attachment.Root.Flag("status", "attached") == true)
        {
            if (!_told.IsNews(attachment.Uid, "attached")) return;
            foreach (var pod in use.Pods.Where(pod => pod.Root.Text("status", "phase") == "Pending"))
                context.Events.Normal(pod, Component, "SuccessfulAttachVolume", $"AttachVolume.Attach succeeded for volume \"{volume}\" ");
        }
        else if (attachment.Root.Text("status", "attachError", "message") is { Length: > 0 } error)
        {
            // The same words at another time are another attempt.
            if (!_told.IsNews(attachment.Uid, $"{attachment.Root.Text("status", "attachError", "time")} {error}")) return;
            foreach (var pod in use.Pods)
                context.Events.Warning(pod, Component, "FailedAttachVolume", $"AttachVolume.Attach failed for volume \"{volume}\" : {error}");
        }
    }

    private bool IsInUse(StoredObject attachment, StoredObject? node)
    {
        if (node is null) return false; // A node that is gone holds nothing.
        var volumeName = attachment.Root.Text("spec", "source", "persistentVolumeName");
        return context.Storage.Get("persistentvolumes", null, volumeName).Object is { } stored
            && node.Root.Texts("status", "volumesInUse").Contains(AttachmentName.InNodeStatus(new Volume(stored)));
    }

    private Outcome Show(StoredObject node, IEnumerable<StoredObject> attachments)
    {
        var names = attachments
            .Where(attachment => attachment.Root.Flag("status", "attached") == true)
            .Select(attachment => context.Storage.Get("persistentvolumes", null, attachment.Root.Text("spec", "source", "persistentVolumeName")).Object)
            .OfType<StoredObject>()
            .Select(stored => AttachmentName.InNodeStatus(new Volume(stored)))
            .Order(StringComparer.Ordinal).ToList();
        if (node.Root.Items("status", "volumesAttached").Select(item => item.Text("name")).SequenceEqual(names)) return Outcome.Done;
        var content = node.ToJson();
        content.Child("status")["volumesAttached"] = new JsonArray(
            [.. names.Select(name => new JsonObject { ["name"] = name, ["devicePath"] = "" })]);
        return Outcome.Of(context.Storage.UpdateStatus("nodes", content));
    }

    private Volume? BoundVolume(string ns, string claimName) =>
        context.Storage.Get("persistentvolumeclaims", ns, claimName).Object is { } claim && new Claim(claim) is { IsBound: true } bound
        && context.Storage.Get("persistentvolumes", null, bound.VolumeName).Object is { } volume
            ? new Volume(volume)
            : null;

    private IEnumerable<string> NodesUsing(StoredObject claim) => context.Storage.List("pods", claim.Namespace).Items
        .Where(pod => PodVolumes.ClaimNames(pod).Contains(claim.Name))
        .Select(PodVolumes.NodeName).Where(node => node.Length > 0).Distinct();

    private IEnumerable<string> AllNodes() => context.Storage.List("nodes").Items.Select(node => node.Name);

    private sealed record Use(Volume Volume, List<StoredObject> Pods);
}
