using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// A scheduler that does nothing but pick nodes, with the care volumes need: claims that wait for their first consumer get the chosen
/// node written on them, and the pod is bound only when all of its claims are. Resources of containers are not counted.
/// </summary>
internal sealed class Scheduler(ControllerContext context)
{
    private const string Name = "default-scheduler";

    private readonly VolumeFit _volumes = new(context);
    private readonly NodesTried _tried = new(context.Time);

    public static ControllerLoop Start(ControllerContext context)
    {
        var scheduler = new Scheduler(context);
        return new ControllerLoop("scheduler", context, (key, _) => new(scheduler.Reconcile(key)))
            .On("pods")
            .On("persistentvolumeclaims", change => scheduler.ClaimChanged(change))
            .On("persistentvolumes", _ => scheduler.WaitingPods(""))
            .On("nodes", _ => scheduler.WaitingPods(""))
            .On("csinodes", _ => scheduler.WaitingPods(""))
            .On("storageclasses", _ => scheduler.WaitingPods(""))
            .On("csistoragecapacities", _ => scheduler.WaitingPods(""));
    }

    private Outcome Reconcile(string key)
    {
        if (context.Storage.Find("pods", key) is not { } pod || !IsWaiting(pod)) return Outcome.Done;
        var claims = new List<Claim>();
        foreach (var volume in PodVolumes.Claims(pod))
        {
            var claimName = volume.Claim;
            if (context.Storage.Get("persistentvolumeclaims", pod.Namespace, claimName).Object is not { } stored)
                return Unschedulable(pod, volume.IsEphemeral
                    ? $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{claimName}\"" : $"persistentvolumeclaim \"{claimName}\" not found");
            if (EphemeralClaims.WhyNotOf(pod, volume, stored) is { } foreign) return Unschedulable(pod, foreign);
            if (stored.IsBeingDeleted) return Unschedulable(pod, $"persistentvolumeclaim \"{claimName}\" is being deleted");
            var claim = new Claim(stored);
            if (claim.Phase == "Lost") return Unschedulable(pod, $"persistentvolumeclaim \"{claimName}\" bound to non-existent persistentvolume \"{claim.VolumeName}\"");
            // Once a node was selected, the binding is waited for, however far it is.
            if (!claim.IsBound && claim.SelectedNode.Length == 0 && !WaitsForConsumer(claim)) return Unschedulable(pod, "pod has unbound immediate PersistentVolumeClaims");
            claims.Add(claim);
        }

        foreach (var claim in claims.Where(_tried.TakeReturned))
            context.Events.Warning(pod, Name, "FailedScheduling", $"running PreBind plugin \"VolumeBinding\": binding volumes: provisioning failed for PVC \"{claim.Stored.Name}\"");
        var (node, message) = new NodeChoice(context, _volumes, _tried).Pick(pod, claims);
        if (node is null) return Unschedulable(pod, message);
        if (_tried.PauseBefore(claims, node.Name) is { } pause) return Outcome.RetryAfter(pause, $"every node was tried in vain for pod {pod.Namespace}/{pod.Name}");
        foreach (var claim in claims)
        {
            if (!claim.IsBound && Prepare(claim, node) is { RetryReason: { } reason }) return Outcome.Retry(reason);
        }

        // Once the last claim is bound, its change brings the pod back here.
        return claims.TrueForAll(claim => claim.IsBound) ? Bind(pod, node) : Outcome.Done;
    }

    // A volume that is there is reserved for the claim; otherwise its provisioner learns which node it is for.
    private Outcome Prepare(Claim claim, StoredObject node)
    {
        if (_volumes.StaticVolumeFor(claim, node) is { } volume) return volume.IsClaimed ? Outcome.Done : Reserve(volume, claim);
        if (claim.SelectedNode == node.Name) return Outcome.Done;
        var content = claim.Stored.ToJson();
        content.Metadata().Child("annotations")[WellKnown.SelectedNode] = node.Name;
        var written = context.Storage.Update("persistentvolumeclaims", content);
        if (written.IsOk) _tried.Told(claim, node.Name);
        return Outcome.Of(written);
    }

    private Outcome Reserve(Volume volume, Claim claim)
    {
        var content = volume.Stored.ToJson();
        content.Metadata().Child("annotations")[WellKnown.BoundByController] = "yes";
        content.Child("spec")["claimRef"] = new JsonObject
        {
            ["kind"] = "PersistentVolumeClaim",
            ["namespace"] = claim.Stored.Namespace,
            ["name"] = claim.Stored.Name,
            ["uid"] = claim.Stored.Uid,
            ["apiVersion"] = "v1",
        };
        return Outcome.Of(context.Storage.Update("persistentvolumes", content));
    }

    private Outcome Bind(StoredObject pod, StoredObject node)
    {
        var outcome = PodBinding.Bind(context, pod, node.Name);
        if (outcome == Outcome.Done)
            context.Events.Normal(pod, Name, "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {node.Name}");
        return outcome;
    }

    private Outcome Unschedulable(StoredObject pod, string message)
    {
        var content = pod.ToJson();
        if (!PodConditions.SetScheduled(content, isScheduled: false, "Unschedulable", message, context.Now)) return Outcome.Done;
        context.Events.Warning(pod, Name, "FailedScheduling", message);
        return Outcome.Of(context.Storage.UpdateStatus("pods", content));
    }

    private bool WaitsForConsumer(Claim claim) =>
        StorageClass.Find(context.Storage, claim.ClassName) is { WaitsForConsumer: true } && claim.VolumeName.Length == 0;

    private IEnumerable<string> ClaimChanged(WatchEvent change)
    {
        if (change.Type == WatchEventType.Deleted || new Claim(change.Object).IsBound) _tried.Forget(change.Object.Uid);
        return WaitingPods(change.Object.Namespace);
    }

    private IEnumerable<string> WaitingPods(string ns) =>
        context.Storage.List("pods", ns).Items.Where(IsWaiting).Select(ObjectKey.Of);

    private static bool IsWaiting(StoredObject pod) =>
        PodVolumes.NodeName(pod).Length == 0 && !pod.IsBeingDeleted && !PodVolumes.IsFinished(pod)
        && pod.Root.Text("spec", "schedulerName") is "" or Name;
}
