using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// How much storage of a class there is in a part of the cluster. Complete, so that it can be sent back as a whole.
/// </summary>
public sealed class CsiStorageCapacity : KubeObject
{
    /// <summary>Nodes for which it holds; null is none, an empty selector is all.</summary>
    public LabelSelector? NodeTopology { get; set; }

    /// <summary>Name of the class.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? StorageClassName { get; set; }

    /// <summary>What is left, a quantity; null is unknown.</summary>
    public string? Capacity { get; set; }

    /// <summary>The largest volume that can be made, a quantity; null is unknown.</summary>
    public string? MaximumVolumeSize { get; set; }
}

/// <summary>Selects by labels. Of expressions it is only known that there are some.</summary>
public sealed class LabelSelector
{
    /// <summary>Labels that all have to be there; null and none are alike.</summary>
    public StringMap? MatchLabels { get; set; }

    /// <summary>Whatever else has to hold.</summary>
    public PresenceOnly? MatchExpressions { get; set; }
}
