using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>Finds the name under which the driver knows a node (attacher contract 8 step 9, and 9 step 2).</summary>
internal sealed class NodeIds(IObjectReader<CsiNode> nodes, string driver)
{
    /// <summary>For attaching only the node as it is now counts: a driver that is not there could not use the volume.</summary>
    public (string? NodeId, string? Error) ToAttach(VolumeAttachment attachment)
    {
        var name = attachment.Spec.NodeName ?? "";
        if (nodes.Find(new ObjectKey(null, name)) is not { } node) return (null, $"csinode.storage.k8s.io \"{name}\" not found");
        return node.Own?.NodeId is { } id ? (id, null) : (null, $"CSINode {name} does not contain driver {driver}");
    }

    /// <summary>The name noted on the attachment, where it is not today's: the node came back under its old name as another one.</summary>
    public static string? Former(VolumeAttachment attachment, string today) =>
        attachment.Annotation(WellKnown.NodeIdAnnotation) is { Length: > 0 } noted && noted != today ? noted : null;

    /// <summary>
    /// For detaching the name of the publish call counts, which is noted on the attachment; today's is for attachments without a note.
    /// Where both are known and differ, a node came back under its old name, and today's is the second choice.
    /// </summary>
    public (string? NodeId, string? Other, string? Error) ToDetach(VolumeAttachment attachment)
    {
        var (today, error) = ToAttach(attachment);
        if (attachment.Annotation(WellKnown.NodeIdAnnotation) is not { Length: > 0 } noted) return (today, null, error);
        return (noted, today == noted ? null : today, null);
    }
}
