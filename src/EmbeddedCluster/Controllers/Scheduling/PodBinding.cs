namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Assigns a pod to a node. A pod's spec cannot be changed by an ordinary update; the assignment is the one exception, made here
/// directly in the store as the binding subresource of a real API server does.
/// </summary>
internal static class PodBinding
{
    public static Outcome Bind(ControllerContext context, StoredObject pod, string node)
    {
        var content = pod.ToJson();
        content.Child("spec")["nodeName"] = node;
        PodConditions.SetScheduled(content, isScheduled: true, "", "", context.Now);
        return context.Storage.Objects.TryWrite(pod.Resource, pod, content) is null
            ? Outcome.Retry($"pod {pod.Namespace}/{pod.Name} changed while it was bound")
            : Outcome.Done;
    }
}
