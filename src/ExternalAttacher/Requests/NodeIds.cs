using Sidecars.ExternalAttacher.Objects;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>Finds the name under which the driver knows a node (attacher contract 8 step 9, and 9 step 2).</summary>
internal sealed class NodeIds(IObjectReader<CsiNode> nodes, string driver)
{
    /// <summary>For attaching only the node as it is now counts: a driver that is not there could not use the volume.</summary>
    public (string? NodeId, string? Error) ToAttach(Attachment attachment)
    {
        var name = attachment.Spec.NodeName ?? "";
        if (nodes.Find(new ObjectKey(null, name)) is not { } node) return (null, $"csinode.storage.k8s.io \"{name}\" not found");
        return node.NodeId is { } id ? (id, null) : (null, $"CSINode {name} does not contain driver {driver}");
    }

    /// <summary>For detaching the name noted at the time helps out, where the node or its driver is gone.</summary>
    public (string? NodeId, string? Error) ToDetach(Attachment attachment)
    {
        var (id, error) = ToAttach(attachment);
        if (id is null && attachment.Annotation(WellKnown.NodeIdAnnotation) is { } noted) return (noted, null);
        return (id, error);
    }
}
