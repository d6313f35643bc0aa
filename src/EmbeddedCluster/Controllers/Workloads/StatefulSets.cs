using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Keeps the numbered pods of a StatefulSet: made one after the other, each once those before it are ready, taken away from the last, and renewed
/// from the last when the template changes. With <c>podManagementPolicy: Parallel</c> nobody waits for another but for renewal.
/// </summary>
internal sealed class StatefulSets(ControllerContext context)
{
    private const string Component = "statefulset-controller";
    private const string Kind = "StatefulSet";
    private const string Resource = "statefulsets";

    private readonly TemplateRevisions _revisions = new(context);

    public static ControllerLoop Start(ControllerContext context)
    {
        var controller = new StatefulSets(context);
        return new ControllerLoop(Resource, context, (key, _) => new(controller.Reconcile(key)))
            .On(Resource)
            .On("pods", change => [.. OwnerReferences.KeysOf(change.Object, Kind), .. Family.KeysOfAdopters(context.Storage, change.Object, Resource)]);
    }

    private Outcome Reconcile(string key)
    {
        if (context.Storage.Find(Resource, key) is not { } set) return Outcome.Done;
        if (set.IsBeingDeleted) return Show(set, set.Root.Text("status", "currentRevision"), set.Root.Text("status", "updateRevision"));
        var (update, current, outcome) = _revisions.Find(set);
        if (update is null || current is null) return outcome;
        outcome = Act(set, update, current);
        var shown = Show(set, current.Name, update.Name);
        return outcome == Outcome.Done ? shown : outcome;
    }

    private Outcome Act(StoredObject set, StoredObject update, StoredObject current)
    {
        var (start, replicas) = (StatefulPods.Start(set), (int)set.Root.Integer("spec", "replicas"));
        var pods = PodsOf(set).ToDictionary(pod => StatefulPods.Ordinal(set, pod)!.Value);
        var isOrdered = set.Root.Text("spec", "podManagementPolicy") != "Parallel";
        var rolls = set.Root.Text("spec", "updateStrategy", "type") == "RollingUpdate";
        var firstToUpdate = start + (int)set.Root.Integer("spec", "updateStrategy", "rollingUpdate", "partition");

        for (var ordinal = start; ordinal < start + replicas; ordinal++)
        {
            if (!pods.TryGetValue(ordinal, out var pod))
            {
                var created = Create(set, ordinal, rolls && ordinal < firstToUpdate ? current : update);
                if (created != Outcome.Done || isOrdered) return created;
                continue;
            }
            if (PodVolumes.IsFinished(pod) && !pod.IsBeingDeleted)
            {
                context.Events.Warning(set, Component, "RecreatingTerminatedPod", $"StatefulSet {set.Namespace}/{set.Name} is recreating terminated Pod {pod.Name}");
                return Delete(set, pod);
            }
            if (isOrdered && !IsHealthy(set, pod, out var pause)) return pause is { } left ? Outcome.RetryAfter(left, "a pod has to be ready for longer") : Outcome.Done;
        }
        foreach (var (ordinal, pod) in pods.Where(pod => pod.Key < start || pod.Key >= start + replicas).OrderByDescending(pod => pod.Key))
        {
            if (!pod.IsBeingDeleted && Condemn(set, ordinal, pod) is { RetryReason: not null } failed) return failed;
            if (isOrdered) return Outcome.Done;
        }
        return rolls ? Renew(set, pods, Math.Max(firstToUpdate, start), start + replicas, update) : Outcome.Done;
    }

    private Outcome Renew(StoredObject set, Dictionary<int, StoredObject> pods, int first, int end, StoredObject update)
    {
        for (var ordinal = end - 1; ordinal >= first; ordinal--)
        {
            if (!pods.TryGetValue(ordinal, out var pod)) return Outcome.Done;
            if (pod.Labels.GetValueOrDefault(StatefulPods.RevisionLabel) != update.Name && !pod.IsBeingDeleted) return Delete(set, pod);
            if (!IsHealthy(set, pod, out var pause)) return pause is { } left ? Outcome.RetryAfter(left, "a pod has to be ready for longer") : Outcome.Done;
        }
        return Outcome.Done;
    }

    private Outcome Create(StoredObject set, int ordinal, StoredObject revision)
    {
        var name = StatefulPods.Name(set, ordinal);
        foreach (var claim in StatefulPods.Claims(set, ordinal))
        {
            var claimName = claim["metadata"].Text("name")!;
            var there = context.Storage.Get("persistentvolumeclaims", set.Namespace, claimName);
            if (there.IsOk && !there.Object.IsBeingDeleted) continue;
            var made = there.IsOk ? default : context.Storage.Create("persistentvolumeclaims", claim);
            if (there.IsOk || !made.IsOk)
                return Failed($"create Pod {name} in StatefulSet {set.Name} failed error: {(there.IsOk ? $"pvc {claimName} is being deleted" : made.Error!.Message)}");
            context.Events.Normal(set, Component, "SuccessfulCreate", $"create Claim {claimName} Pod {name} in StatefulSet {set.Name} success");
        }
        var created = context.Storage.Create("pods", StatefulPods.New(set, ordinal, revision));
        if (!created.IsOk) return Failed($"create Pod {name} in StatefulSet {set.Name} failed error: {created.Error.Message}");
        context.Events.Normal(set, Component, "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Name} successful");
        return Outcome.Done;

        Outcome Failed(string message)
        {
            context.Events.Warning(set, Component, "FailedCreate", message);
            return Outcome.Retry(message);
        }
    }

    /// <summary>A pod beyond the replicas. Its claims go with it only where the set wants that; they are the pod's then, and go once it is gone.</summary>
    private Outcome Condemn(StoredObject set, int ordinal, StoredObject pod)
    {
        if (set.Root.Text("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled") == "Delete")
            foreach (var claim in StatefulPods.Claims(set, ordinal))
            {
                if (context.Storage.Get("persistentvolumeclaims", set.Namespace, claim["metadata"].Text("name")!).Object is not { } stored) continue;
                var content = stored.ToJson();
                content.Metadata()["ownerReferences"] = new JsonArray(OwnerReferences.ToController(pod));
                var written = context.Storage.Update("persistentvolumeclaims", content);
                if (!written.IsOk) return Outcome.Of(written);
            }
        return Delete(set, pod);
    }

    private Outcome Delete(StoredObject set, StoredObject pod)
    {
        var deleted = context.Storage.Delete("pods", pod.Namespace, pod.Name, new DeleteOptions { Uid = pod.Uid });
        if (deleted.IsOk) context.Events.Normal(set, Component, "SuccessfulDelete", $"delete Pod {pod.Name} in StatefulSet {set.Name} successful");
        return Outcome.Of(deleted);
    }

    /// <summary>Ready for as long as the set wants; where it is only a matter of time, how long that takes.</summary>
    private bool IsHealthy(StoredObject set, StoredObject pod, out TimeSpan? pause)
    {
        pause = null;
        if (pod.IsBeingDeleted || PodState.AvailableAt(pod, set.Root.Integer("spec", "minReadySeconds")) is not { } moment) return false;
        var left = moment - context.Time.GetUtcNow();
        if (left > TimeSpan.Zero) pause = left;
        return pause is null;
    }

    private Outcome Show(StoredObject set, string currentRevision, string updateRevision)
    {
        var pods = PodsOf(set).ToList();
        var counted = pods.Where(pod => pod.Root.Text("status", "phase").Length > 0).ToList();
        var live = counted.Where(pod => !pod.IsBeingDeleted).ToList();
        var ready = counted.Count(PodState.IsReady);
        var updated = live.Count(pod => pod.Labels.GetValueOrDefault(StatefulPods.RevisionLabel) == updateRevision);
        var (available, next) = PodState.Available(counted, set.Root.Integer("spec", "minReadySeconds"), context.Time.GetUtcNow());
        var replicas = (int)set.Root.Integer("spec", "replicas");
        // An update is through when every pod is of its kind and ready.
        if (updated == replicas && ready == replicas && counted.Count == replicas) currentRevision = updateRevision;
        var shown = WorkloadStatus.Write(context, set, status =>
        {
            status["replicas"] = counted.Count;
            WorkloadStatus.Count(status, "readyReplicas", ready);
            status["availableReplicas"] = available;
            WorkloadStatus.Count(status, "currentReplicas", live.Count(pod => pod.Labels.GetValueOrDefault(StatefulPods.RevisionLabel) == currentRevision));
            WorkloadStatus.Count(status, "updatedReplicas", updated);
            if (currentRevision.Length > 0) status["currentRevision"] = currentRevision;
            if (updateRevision.Length > 0) status["updateRevision"] = updateRevision;
            status["collisionCount"] = 0;
        });
        if (shown != Outcome.Done) return shown;
        _revisions.Tidy(set, [currentRevision, updateRevision, .. pods.Select(pod => pod.Labels.GetValueOrDefault(StatefulPods.RevisionLabel) ?? "")]);
        return next is { } pause ? Outcome.RetryAfter(pause, "pods have to be ready for longer") : Outcome.Done;
    }

    private IEnumerable<StoredObject> PodsOf(StoredObject set) =>
        Family.Of(context.Storage, set, "pods").Where(pod => StatefulPods.Ordinal(set, pod) is not null);
}
