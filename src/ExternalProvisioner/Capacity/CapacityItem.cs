using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// What one object says the capacity of: a class in a segment. Its key is a text with the class and the sorted labels of the segment, so that equal items
/// are one in every queue and index; class names and labels hold none of the characters between them.
/// </summary>
internal sealed class CapacityItem(TopologyTerm segment, string storageClass)
{
    /// <summary>Of an object that says nothing of any segment: what its selector asks for is not a place.</summary>
    private const string NoSegment = "{?}";

    public TopologyTerm Segment => segment;

    /// <summary>Name of the class.</summary>
    public string StorageClass => storageClass;

    public string Key { get; } = KeyOf(segment, storageClass);

    public static string KeyOf(TopologyTerm segment, string storageClass) => $"{storageClass}{segment}";

    /// <summary>The key of the item an object is for. No labels are everywhere, whether the server says none or an empty map; no selector is nowhere.</summary>
    public static string KeyOf(CsiStorageCapacity known) => known.NodeTopology is { MatchExpressions: null } nodes
        ? KeyOf(TopologyTerm.Of(nodes.MatchLabels ?? StringMap.Empty), known.StorageClassName ?? "")
        : $"{known.StorageClassName}{NoSegment}";
}
