using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Keeps one pod of a DaemonSet on every node it may run on, and renews them node after node when the template changes. The pods are for their node
/// alone and bear what nodes are tainted with for a while.
/// </summary>
internal sealed class DaemonSets(ControllerContext context)
{
    private const string Component = "daemonset-controller";
    private const string Kind = "DaemonSet";
    private const string Resource = "daemonsets";

    private static readonly (string Key, string Effect)[] s_tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"), ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"), ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    private readonly TemplateRevisions _revisions = new(context);

    public static ControllerLoop Start(ControllerContext context)
    {
        var controller = new DaemonSets(context);
        return new ControllerLoop(Resource, context, (key, _) => new(controller.Reconcile(key)))
            .On(Resource)
            .On("nodes", change => change.Type == WatchEventType.Modified && change.Previous is { } before && Looks(before) == Looks(change.Object)
                ? [] : context.Storage.List(Resource).Items.Select(ObjectKey.Of))
            .On("pods", change => [.. OwnerReferences.KeysOf(change.Object, Kind), .. Family.KeysOfAdopters(context.Storage, change.Object, Resource)]);
    }

    private Outcome Reconcile(string key)
    {
        if (context.Storage.Find(Resource, key) is not { } set || set.IsBeingDeleted) return Outcome.Done;
        var (update, _, outcome) = _revisions.Find(set);
        if (update is null) return outcome;
        outcome = Act(set, update);
        var shown = Show(set, update);
        return outcome == Outcome.Done ? shown : outcome;
    }

    private Outcome Act(StoredObject set, StoredObject update)
    {
        var pods = Family.Of(context.Storage, set, "pods").ToLookup(TargetOf);
        var all = context.Storage.List("nodes").Items;
        var nodes = all.Where(node => Suits(set, node)).ToList();
        var kept = all.Where(node => Suits(set, node, "NoExecute")).Select(node => node.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var pod in pods.Where(group => !kept.Contains(group.Key)).SelectMany(group => group).Where(pod => !pod.IsBeingDeleted))
            if (Delete(set, pod) is { RetryReason: not null } failed) return failed;
        foreach (var node in nodes)
        {
            var here = pods[node.Name].OrderBy(pod => pod.Version).ToList();
            foreach (var pod in here.Where(pod => !pod.IsBeingDeleted && (PodVolumes.IsFinished(pod) || pod != here.Find(PodState.IsActive))))
                if (Delete(set, pod) is { RetryReason: not null } failed) return failed;
            if (here.Count == 0 && Create(set, node, update) is { RetryReason: not null } refused) return refused;
        }
        if (set.Root.Text("spec", "updateStrategy", "type") != "RollingUpdate") return Outcome.Done;
        var mayMiss = Math.Max(1, RollingUpdate.Number(set.Root.At("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"), nodes.Count, roundsUp: true));
        var missing = nodes.Count(node => !pods[node.Name].Any(pod => PodState.IsActive(pod) && PodState.IsReady(pod)));
        foreach (var pod in nodes.SelectMany(node => pods[node.Name]).Where(pod => PodState.IsActive(pod) && !IsOf(pod, update)))
        {
            if (PodState.IsReady(pod) && missing++ >= mayMiss) continue;
            if (Delete(set, pod) is { RetryReason: not null } failed) return failed;
        }
        return Outcome.Done;
    }

    private Outcome Create(StoredObject set, StoredObject node, StoredObject update)
    {
        var pod = PodTemplate.NewPod(set);
        pod.Metadata()["generateName"] = set.Name + "-";
        pod.Metadata().Child("labels")[StatefulPods.RevisionLabel] = update.Name[(set.Name.Length + 1)..];
        var affinity = pod.Child("spec").Child("affinity").Child("nodeAffinity");
        var field = new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node.Name) };
        affinity["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject
        {
            ["nodeSelectorTerms"] = new JsonArray(new JsonObject { ["matchFields"] = new JsonArray(field) }),
        };
        var tolerations = new JsonArray([.. pod.Child("spec").Array("tolerations").Objects().Select(own => own.DeepClone())]);
        foreach (var (taint, effect) in s_tolerated) tolerations.Add((JsonNode)new JsonObject { ["key"] = taint, ["operator"] = "Exists", ["effect"] = effect });
        pod.Child("spec")["tolerations"] = tolerations;
        var created = context.Storage.Create("pods", pod);
        if (created.IsOk) context.Events.Normal(set, Component, "SuccessfulCreate", $"Created pod: {created.Object.Name}");
        else context.Events.Warning(set, Component, "FailedCreate", $"Error creating: {created.Error.Message}");
        return created.IsOk ? Outcome.Done : Outcome.Retry(created.Error.ToString());
    }

    private Outcome Delete(StoredObject set, StoredObject pod)
    {
        var deleted = context.Storage.Delete("pods", pod.Namespace, pod.Name, new DeleteOptions { Uid = pod.Uid });
        if (deleted.IsOk) context.Events.Normal(set, Component, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
        return Outcome.Of(deleted);
    }

    private Outcome Show(StoredObject set, StoredObject update)
    {
        var pods = Family.Of(context.Storage, set, "pods").Where(PodState.IsActive).ToList();
        var nodes = context.Storage.List("nodes").Items.Where(node => Suits(set, node)).Select(node => node.Name).ToHashSet(StringComparer.Ordinal);
        var placed = pods.Where(pod => nodes.Contains(PodVolumes.NodeName(pod))).ToList();
        var (available, next) = PodState.Available(placed, set.Root.Integer("spec", "minReadySeconds"), context.Time.GetUtcNow());
        var shown = WorkloadStatus.Write(context, set, status =>
        {
            status["desiredNumberScheduled"] = nodes.Count;
            status["currentNumberScheduled"] = placed.Count;
            status["numberMisscheduled"] = pods.Count(pod => PodVolumes.NodeName(pod) is { Length: > 0 } node && !nodes.Contains(node));
            status["numberReady"] = placed.Count(PodState.IsReady);
            WorkloadStatus.Count(status, "numberAvailable", available);
            WorkloadStatus.Count(status, "numberUnavailable", nodes.Count - available);
            WorkloadStatus.Count(status, "updatedNumberScheduled", placed.Count(pod => IsOf(pod, update)));
        });
        return shown == Outcome.Done && next is { } pause ? Outcome.RetryAfter(pause, "pods have to be ready for longer") : shown;
    }

    private static bool IsOf(StoredObject pod, StoredObject update) =>
        update.Name.EndsWith("-" + pod.Labels.GetValueOrDefault(StatefulPods.RevisionLabel), StringComparison.Ordinal);

    // What is there stays where a taint only keeps others away.
    private static bool Suits(StoredObject set, StoredObject node, string? onlyEffect = null)
    {
        if (node.IsBeingDeleted || set.Root.At("spec", "template", "spec") is not { } spec) return false;
        if (!NodeSelecting.IsWanted(spec, node)) return false;
        return Taints.Of(node).Where(taint => onlyEffect is null || taint.Text("effect") == onlyEffect).All(taint =>
            s_tolerated.Contains((taint.Text("key"), taint.Text("effect"))) || Taints.IsTolerated(taint, spec));
    }

    /// <summary>The node a pod is for, whether or not it is there already.</summary>
    private static string TargetOf(StoredObject pod) => PodVolumes.NodeName(pod) is { Length: > 0 } node
        ? node
        : pod.Root.Items("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
            .SelectMany(term => term.Items("matchFields")).SelectMany(field => field.Texts("values")).FirstOrDefault() ?? "";

    // What of a node decides who may run on it.
    private static string Looks(StoredObject node) =>
        $"{string.Join(',', node.Labels.Select(label => label.ToString()).Order(StringComparer.Ordinal))} {node.Root.At("spec")} {node.IsBeingDeleted}";
}
