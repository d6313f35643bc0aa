using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Has a ReplicaSet for each template a Deployment has had, and moves the pods from the old ones to the newest, as many at a time as its strategy
/// allows. The old ones stay, empty, as the history that <c>kubectl rollout undo</c> goes back to.
/// </summary>
internal sealed class Deployments(ControllerContext context)
{
    private const string Component = "deployment-controller";
    private const string Kind = "Deployment";
    private const string Resource = "deployments";
    private const string HashLabel = "pod-template-hash";
    private const string Revision = "deployment.kubernetes.io/revision";

    public static ControllerLoop Start(ControllerContext context)
    {
        var controller = new Deployments(context);
        return new ControllerLoop(Resource, context, (key, _) => new(controller.Reconcile(key)))
            .On(Resource)
            .On("replicasets", change => [.. OwnerReferences.KeysOf(change.Object, Kind), .. Family.KeysOfAdopters(context.Storage, change.Object, Resource)])
            // Where all old pods have to be gone first, their end is what is waited for; their own set shows it by its status.
            .On("pods", change => change.Type == WatchEventType.Deleted ? controller.KeysOfGrandparents(change.Object) : []);
    }

    private Outcome Reconcile(string key)
    {
        if (context.Storage.Find(Resource, key) is not { } deployment) return Outcome.Done;
        var sets = Family.Of(context.Storage, deployment, "replicasets");
        if (!deployment.IsBeingDeleted)
        {
            var outcome = Act(deployment, sets);
            if (outcome != Outcome.Done) return outcome;
            sets = Family.Of(context.Storage, deployment, "replicasets");
            if (context.Storage.Find(Resource, key) is not { } fresh) return Outcome.Done;
            deployment = fresh;
        }
        return new DeploymentProgress(context, deployment, sets, NewOf(deployment, sets)).Show();
    }

    private Outcome Act(StoredObject deployment, List<StoredObject> sets)
    {
        var isPaused = deployment.Root.Flag("spec", "paused") == true;
        var newest = NewOf(deployment, sets);
        if (isPaused)
        {
            // Only where there is no choice which set a new number is for.
            var inUse = sets.Where(set => Wanted(set) > 0).Append(newest).OfType<StoredObject>().DistinctBy(set => set.Uid).ToList();
            return inUse is [var only] ? ScaleTo(deployment, only, Replicas(deployment)) : Outcome.Done;
        }
        if (newest is not null && Follow(deployment, newest) is { RetryReason: not null } lost) return lost;
        if (newest is not null && Number(newest, sets, deployment) is { RetryReason: not null } conflict) return conflict;
        var old = sets.Where(set => set.Uid != newest?.Uid).ToList();
        var outcome = deployment.Root.Text("spec", "strategy", "type") == "Recreate" ? Recreate(deployment, newest, old) : Roll(deployment, newest, old);
        return outcome == Outcome.Done ? Tidy(deployment, old) : outcome;
    }

    private Outcome Recreate(StoredObject deployment, StoredObject? newest, List<StoredObject> old)
    {
        foreach (var set in old)
            if (ScaleTo(deployment, set, 0) is { RetryReason: not null } conflict) return conflict;
        var pods = context.Storage.List("pods", deployment.Namespace).Items.Where(pod => !PodVolumes.IsFinished(pod)).ToList();
        if (old.Exists(set => pods.Exists(pod => OwnerReferences.IsControlledBy(pod, set)))) return Outcome.Done;
        return newest is null ? Create(deployment, old, Replicas(deployment)) : ScaleTo(deployment, newest, Replicas(deployment));
    }

    private Outcome Roll(StoredObject deployment, StoredObject? newest, List<StoredObject> old)
    {
        var plan = RollingUpdate.Of(deployment);
        if (newest is null) return Create(deployment, old, plan.New(0, old.Sum(Wanted)));
        var wanted = plan.New(Wanted(newest), Wanted(newest) + old.Sum(Wanted));
        if (wanted != Wanted(newest)) return ScaleTo(deployment, newest, wanted);

        var toGo = plan.OldToGo(wanted + old.Sum(Wanted), wanted - Available(newest));
        foreach (var set in old.Where(set => Wanted(set) > 0).OrderBy(RevisionOf))
        {
            var broken = Math.Min(toGo, Wanted(set) - Available(set));
            if (broken <= 0) continue;
            return ScaleTo(deployment, set, Wanted(set) - broken);
        }
        toGo = Math.Min(toGo, plan.AvailableOldToGo(Available(newest) + old.Sum(Available)));
        foreach (var set in old.Where(set => Wanted(set) > 0).OrderBy(RevisionOf))
            if (Math.Min(toGo, Wanted(set)) is > 0 and var going) return ScaleTo(deployment, set, Wanted(set) - going);
        return Outcome.Done;
    }

    private Outcome Create(StoredObject deployment, List<StoredObject> old, int replicas)
    {
        var hash = PodTemplate.Hash(deployment);
        var content = deployment.ToJson();
        var template = content.Child("spec").Child("template").DeepClone().AsObject();
        template.Metadata().Child("labels")[HashLabel] = hash;
        var selector = content.Child("spec").Child("selector").DeepClone().AsObject();
        selector.Child("matchLabels")[HashLabel] = hash;
        var annotations = new JsonObject();
        foreach (var (name, value) in content.Object("metadata", "annotations") ?? [])
            if (name is not "kubectl.kubernetes.io/last-applied-configuration") annotations[name] = value?.DeepClone();
        annotations[Revision] = NextRevision(old).ToString(CultureInfo.InvariantCulture);
        annotations["deployment.kubernetes.io/desired-replicas"] = Replicas(deployment).ToString(CultureInfo.InvariantCulture);
        annotations["deployment.kubernetes.io/max-replicas"] = (Replicas(deployment) + RollingUpdate.Of(deployment).MaxSurge).ToString(CultureInfo.InvariantCulture);
        var spec = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template };
        if (content["spec"].Integer("minReadySeconds") is { } seconds) spec["minReadySeconds"] = seconds;
        var created = context.Storage.Create("replicasets", new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name}-{hash}",
                ["namespace"] = deployment.Namespace,
                ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                ["annotations"] = annotations,
                ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(deployment)),
            },
            ["spec"] = spec,
        });
        if (!created.IsOk)
        {
            context.Events.Warning(
                deployment, Component, "ReplicaSetCreateError", $"Failed to create new replica set \"{deployment.Name}-{hash}\": {created.Error.Message}");
            return Outcome.Retry(created.Error.ToString());
        }
        if (replicas > 0) context.Events.Normal(deployment, Component, "ScalingReplicaSet", $"Scaled up replica set {created.Object.Name} from 0 to {replicas}");
        return ShowRevision(deployment, created.Object);
    }

    private Outcome ScaleTo(StoredObject deployment, StoredObject set, int replicas)
    {
        var before = Wanted(set);
        if (before == replicas) return Outcome.Done;
        var content = set.ToJson();
        content.Child("spec")["replicas"] = replicas;
        var written = context.Storage.Update("replicasets", content);
        var direction = replicas > before ? "up" : "down";
        if (written.IsOk) context.Events.Normal(deployment, Component, "ScalingReplicaSet", $"Scaled {direction} replica set {set.Name} from {before} to {replicas}");
        return Outcome.Of(written);
    }

    /// <summary>How long pods have to be ready is no part of the template, and asked of the set that is there.</summary>
    private Outcome Follow(StoredObject deployment, StoredObject newest)
    {
        var seconds = deployment.Root.Integer("spec", "minReadySeconds");
        if (newest.Root.Integer("spec", "minReadySeconds") == seconds) return Outcome.Done;
        return Outcome.Of(context.Storage.Patch("replicasets", newest.Namespace, newest.Name, PatchKind.Merge, new JsonObject
        {
            ["spec"] = new JsonObject { ["minReadySeconds"] = seconds },
        }));
    }

    /// <summary>A set that is the newest again, after a step back, gets the newest number.</summary>
    private Outcome Number(StoredObject newest, List<StoredObject> sets, StoredObject deployment)
    {
        var next = NextRevision(sets.Where(set => set.Uid != newest.Uid));
        if (RevisionOf(newest) < next)
        {
            var content = newest.ToJson();
            content.Metadata().Child("annotations")[Revision] = next.ToString(CultureInfo.InvariantCulture);
            var written = context.Storage.Update("replicasets", content);
            if (!written.IsOk) return Outcome.Of(written);
            newest = written.Object;
        }
        return ShowRevision(deployment, newest);
    }

    private Outcome ShowRevision(StoredObject deployment, StoredObject newest)
    {
        var revision = newest.Annotation(Revision);
        if (deployment.Annotation(Revision) == revision) return Outcome.Done;
        return Outcome.Of(context.Storage.Patch(Resource, deployment.Namespace, deployment.Name, PatchKind.Merge, new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Revision] = revision } },
        }));
    }

    private Outcome Tidy(StoredObject deployment, List<StoredObject> old)
    {
        var empty = old.Where(set => Wanted(set) == 0 && set.Root.Integer("status", "replicas") == 0 && !set.IsBeingDeleted).OrderBy(RevisionOf).ToList();
        foreach (var set in empty.Take((int)Math.Max(0, empty.Count - deployment.Root.Integer("spec", "revisionHistoryLimit"))))
            context.Storage.Delete("replicasets", set.Namespace, set.Name, new DeleteOptions { Uid = set.Uid });
        return Outcome.Done;
    }

    private static StoredObject? NewOf(StoredObject deployment, List<StoredObject> sets)
    {
        var hash = PodTemplate.Hash(deployment);
        return sets.Find(set => set.Labels.GetValueOrDefault(HashLabel) == hash);
    }

    private IEnumerable<string> KeysOfGrandparents(StoredObject pod) => OwnerReferences.KeysOf(pod, "ReplicaSet")
        .Select(key => context.Storage.Find("replicasets", key)).OfType<StoredObject>().SelectMany(set => OwnerReferences.KeysOf(set, Kind));

    private static long NextRevision(IEnumerable<StoredObject> others) => others.Select(RevisionOf).DefaultIfEmpty(0).Max() + 1;

    private static long RevisionOf(StoredObject set) =>
        long.TryParse(set.Annotation(Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    private static int Replicas(StoredObject deployment) => (int)deployment.Root.Integer("spec", "replicas");

    private static int Wanted(StoredObject set) => (int)set.Root.Integer("spec", "replicas");

    private static int Available(StoredObject set) => (int)set.Root.Integer("status", "availableReplicas");
}
