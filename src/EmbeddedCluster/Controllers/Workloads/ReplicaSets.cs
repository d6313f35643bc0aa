namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Keeps as many pods of a ReplicaSet as it asks for, and shows how many of them are there, ready and to be counted on.</summary>
internal sealed class ReplicaSets(ControllerContext context)
{
    private const string Component = "replicaset-controller";
    private const string Kind = "ReplicaSet";
    private const string Resource = "replicasets";

    public static ControllerLoop Start(ControllerContext context)
    {
        var controller = new ReplicaSets(context);
        return new ControllerLoop(Resource, context, (key, _) => new(controller.Reconcile(key)))
            .On(Resource)
            .On("pods", change => [.. OwnerReferences.KeysOf(change.Object, Kind), .. Family.KeysOfAdopters(context.Storage, change.Object, Resource)]);
    }

    private Outcome Reconcile(string key)
    {
        if (context.Storage.Find(Resource, key) is not { } set) return Outcome.Done;
        var pods = Family.Of(context.Storage, set, "pods").Where(PodState.IsActive).ToList();
        var outcome = set.IsBeingDeleted ? Outcome.Done : Scale(set, pods);
        var (shown, next) = Show(set);
        if (outcome != Outcome.Done) return outcome;
        return shown.RetryReason is null && next is { } pause ? Outcome.RetryAfter(pause, "pods have to be ready for longer") : shown;
    }

    private Outcome Scale(StoredObject set, List<StoredObject> pods)
    {
        var missing = set.Root.Integer("spec", "replicas") - pods.Count;
        for (; missing > 0; missing--)
            if (Create(set) is { RetryReason: not null } failed) return failed;
        foreach (var pod in pods.OrderBy(Worth).ThenByDescending(pod => PodState.Moment(pod.Root, "metadata", "creationTimestamp")).Take((int)-Math.Min(0, missing)))
        {
            var deleted = context.Storage.Delete("pods", pod.Namespace, pod.Name, new DeleteOptions { Uid = pod.Uid });
            if (deleted.Error is { IsNotFound: false } refused) return Outcome.Retry(refused.ToString());
            context.Events.Normal(set, Component, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
        }
        return Outcome.Done;
    }

    private Outcome Create(StoredObject set)
    {
        var pod = PodTemplate.NewPod(set);
        pod.Metadata()["generateName"] = set.Name + "-";
        var created = context.Storage.Create("pods", pod);
        if (created.IsOk)
        {
            context.Events.Normal(set, Component, "SuccessfulCreate", $"Created pod: {created.Object.Name}");
            return Outcome.Done;
        }
        context.Events.Warning(set, Component, "FailedCreate", $"Error creating: {created.Error.Message}");
        return Outcome.Retry(created.Error.ToString());
    }

    // Those that are worth least go first: without a node, not running, not ready; among equals the youngest.
    private static int Worth(StoredObject pod) =>
        PodVolumes.NodeName(pod).Length == 0 ? 0 : pod.Root.Text("status", "phase") != "Running" ? 1 : !PodState.IsReady(pod) ? 2 : 3;

    private (Outcome Outcome, TimeSpan? Next) Show(StoredObject set)
    {
        var members = Family.Of(context.Storage, set, "pods");
        var pods = members.Where(PodState.IsActive).ToList();
        var labels = set.Root.Map("spec", "template", "metadata", "labels");
        var (available, next) = PodState.Available(pods, set.Root.Integer("spec", "minReadySeconds"), context.Time.GetUtcNow());
        return (WorkloadStatus.Write(context, set, status =>
        {
            status["replicas"] = pods.Count;
            WorkloadStatus.Count(status, "fullyLabeledReplicas", pods.Count(pod => labels.All(label => pod.Labels.GetValueOrDefault(label.Key) == label.Value)));
            WorkloadStatus.Count(status, "readyReplicas", pods.Count(PodState.IsReady));
            WorkloadStatus.Count(status, "availableReplicas", available);
            status["terminatingReplicas"] = members.Count(pod => pod.IsBeingDeleted && !PodVolumes.IsFinished(pod));
        }), next);
    }
}
