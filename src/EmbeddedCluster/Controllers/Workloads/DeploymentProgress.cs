using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What a Deployment shows of how far it is: its numbers, whether enough pods can be counted on, and whether it is getting anywhere.</summary>
internal sealed class DeploymentProgress(ControllerContext context, StoredObject deployment, List<StoredObject> sets, StoredObject? newest)
{
    private const string Complete = "NewReplicaSetAvailable";
    private const string TooLate = "ProgressDeadlineExceeded";

    private int Replicas => (int)deployment.Root.Integer("spec", "replicas");

    public Outcome Show()
    {
        TimeSpan? wait = null;
        var shown = WorkloadStatus.Write(context, deployment, status =>
        {
            var before = Numbers(status);
            var (all, updated, available) = (Sum("replicas"), newest?.Root.Integer("status", "replicas") ?? 0, Sum("availableReplicas"));
            WorkloadStatus.Count(status, "replicas", all);
            WorkloadStatus.Count(status, "updatedReplicas", (int)updated);
            WorkloadStatus.Count(status, "readyReplicas", Sum("readyReplicas"));
            WorkloadStatus.Count(status, "availableReplicas", available);
            WorkloadStatus.Count(status, "unavailableReplicas", Math.Max(0, sets.Sum(set => (int)set.Root.Integer("spec", "replicas")) - available));
            status["terminatingReplicas"] = Sum("terminatingReplicas");
            var isEnough = available >= (IsRecreated ? Replicas : RollingUpdate.Of(deployment).MinAvailable);
            WorkloadStatus.SetCondition(status, "Available", isEnough, isEnough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                isEnough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", context.Now);
            var isComplete = updated == Replicas && all == Replicas && available == Replicas;
            wait = ShowProgress(status, isComplete, isMoving: before != Numbers(status));
        });
        return shown == Outcome.Done && wait is { } pause ? Outcome.RetryAfter(pause, "the rollout has until then") : shown;
    }

    /// <summary>Shows the condition; how long there is left until it is too late, where the rollout is under way.</summary>
    private TimeSpan? ShowProgress(JsonObject status, bool isComplete, bool isMoving)
    {
        if (newest is null) return null;
        var known = status.Array("conditions").Objects().FirstOrDefault(condition => condition.Text("type") == "Progressing");
        var name = newest.Name;
        if (isComplete) Set(true, Complete, $"ReplicaSet \"{name}\" has successfully progressed.");
        // Pods that fall over after a rollout that came to its end are no rollout.
        else if (known.Text("reason") == Complete && !isMoving && known.Text("message")?.Contains($"\"{name}\"", StringComparison.Ordinal) == true) return null;
        else
        {
            var limit = TimeSpan.FromSeconds(deployment.Root.Integer("spec", "progressDeadlineSeconds"));
            var since = known is null || isMoving ? context.Time.GetUtcNow() : Since(known);
            var left = since + limit - context.Time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                Set(false, TooLate, $"ReplicaSet \"{name}\" has timed out progressing.");
                return null;
            }
            if (isMoving && known is not null) known["lastUpdateTime"] = context.Now;
            Set(true, "ReplicaSetUpdated", $"ReplicaSet \"{name}\" is progressing.");
            return left;
        }
        return null;

        void Set(bool isTrue, string reason, string message) => WorkloadStatus.SetCondition(status, "Progressing", isTrue, reason, message, context.Now);
    }

    private static DateTimeOffset Since(JsonObject condition) =>
        DateTimeOffset.TryParse(condition.Text("lastUpdateTime"), System.Globalization.CultureInfo.InvariantCulture, out var since) ? since : DateTimeOffset.MinValue;

    private bool IsRecreated => deployment.Root.Text("spec", "strategy", "type") == "Recreate";

    private int Sum(string field) => sets.Sum(set => (int)set.Root.Integer("status", field));

    private static (long?, long?, long?, long?) Numbers(JsonObject status) =>
        (status.Integer("replicas"), status.Integer("updatedReplicas"), status.Integer("readyReplicas"), status.Integer("availableReplicas"));
}
