using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>A pod, as far as the sidecars read it: which claims it uses, and whether it is over. A store keeps <see cref="Claims"/> alone of the spec.</summary>
public sealed class Pod : KubeObject
{
    /// <summary>What it runs; only its volumes are read.</summary>
    public PodSpec? Spec { get; set; }

    /// <summary>How far it is.</summary>
    public PodStatus? Status { get; set; }

    /// <summary>Names of the claims it uses, in its own namespace; filled by a reading, never sent.</summary>
    [JsonIgnore]
    public string[]? Claims { get; set; }
}

/// <summary>What a pod runs.</summary>
public sealed class PodSpec
{
    /// <summary>Its volumes.</summary>
    public PodVolume[]? Volumes { get; set; }
}

/// <summary>A volume of a pod.</summary>
public sealed class PodVolume
{
    /// <summary>Name, in the pod.</summary>
    public string? Name { get; set; }

    /// <summary>The claim that stands behind it.</summary>
    public PodClaim? PersistentVolumeClaim { get; set; }

    /// <summary>A claim that is made and deleted with the pod, and is named after it and the volume.</summary>
    public PresenceOnly? Ephemeral { get; set; }
}

/// <summary>The claim of a pod's volume.</summary>
public sealed class PodClaim
{
    /// <summary>Its name.</summary>
    public string? ClaimName { get; set; }
}

/// <summary>State of a pod.</summary>
public sealed class PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Phase { get; set; }
}
