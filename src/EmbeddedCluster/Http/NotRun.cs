namespace Sidecars.EmbeddedCluster;

/// <summary>What is asked of a container. None is ever started here, so the answer says that, and where to look instead.</summary>
internal static class NotRun
{
    /// <summary>The refusal; null where the request is about the pod itself.</summary>
    public static ApiStatus? Explain(Storage storage, RequestInfo request)
    {
        var (what, instead) = request.Subresource switch
        {
            "log" => ("has no logs", $"what its node did for it is told by: kubectl describe pod {request.Name} -n {request.Namespace}"),
            "exec" or "attach" => ("has nothing to run a command in", "its volumes are folders on this machine, below pods/ in the folder of its node's kubelet"),
            "portforward" => ("listens at no port", "run the program on this machine, with the kubeconfig of this cluster"),
            _ => ("", ""),
        };
        if (what.Length == 0) return null;
        if (storage.Get("pods", request.Namespace, request.Name) is { Error: { } missing }) return missing;
        return ApiStatus.BadRequest($"pod {request.Name} {what}: this cluster starts no containers; {instead}");
    }
}
