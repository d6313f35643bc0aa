using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Makes the claims of generic ephemeral volumes: one for each such volume of a pod, of the pod's own template, that belongs to the pod and goes with
/// it. A claim of that name that is somebody else's is left alone, and the pod says so and waits.
/// </summary>
internal sealed class EphemeralClaims(ControllerContext context)
{
    private const string Component = "ephemeral_volume";

    public static ControllerLoop Start(ControllerContext context)
    {
        var controller = new EphemeralClaims(context);
        return new ControllerLoop("ephemeral volumes", context, (key, _) => new(controller.Reconcile(key)))
            .On("pods")
            .On("persistentvolumeclaims", change => change.Type == WatchEventType.Deleted ? controller.PodsWaitingFor(change.Object) : []);
    }

    /// <summary>Why a pod must not have the claim of its ephemeral volume, in the words of upstream; null where it may.</summary>
    public static string? WhyNotOf(StoredObject pod, PodClaim volume, StoredObject claim) => !volume.IsEphemeral || OwnerReferences.IsControlledBy(claim, pod)
        ? null
        : $"PVC {claim.Namespace}/{claim.Name} was not created for pod {pod.Namespace}/{pod.Name} (pod is not owner)";

    private Outcome Reconcile(string key)
    {
        if (context.Storage.Find("pods", key) is not { } pod || !PodState.IsActive(pod)) return Outcome.Done;
        var outcome = Outcome.Done;
        foreach (var volume in PodVolumes.Claims(pod).Where(volume => volume.IsEphemeral))
        {
            if (context.Storage.Get("persistentvolumeclaims", pod.Namespace, volume.Claim).Object is not null) continue;
            var created = context.Storage.Create("persistentvolumeclaims", Compose(pod, volume));
            if (created.IsOk || created.Error.IsAlreadyExists) continue;
            context.Events.Warning(pod, Component, "FailedBinding", $"ephemeral volume {volume.Volume}: create PVC {volume.Claim}: {created.Error.Message}");
            outcome = Outcome.Retry(created.Error.ToString());
        }
        return outcome;
    }

    private static JsonObject Compose(StoredObject pod, PodClaim volume)
    {
        var template = pod.ToJson().Array("spec", "volumes").Objects().First(other => other.Text("name") == volume.Volume).Object("ephemeral", "volumeClaimTemplate");
        var metadata = new JsonObject
        {
            ["name"] = volume.Claim,
            ["namespace"] = pod.Namespace,
            ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(pod)),
        };
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations"]) metadata.CopyFrom(template.Object("metadata"), field);
        return new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["metadata"] = metadata, ["spec"] = template?["spec"]?.DeepClone() ?? new JsonObject(),
        };
    }

    private IEnumerable<string> PodsWaitingFor(StoredObject claim) => context.Storage.List("pods", claim.Namespace).Items
        .Where(pod => PodVolumes.Claims(pod).Any(volume => volume.IsEphemeral && volume.Claim == claim.Name)).Select(ObjectKey.Of);
}
