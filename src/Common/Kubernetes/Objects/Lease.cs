using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>A lease of coordination.k8s.io/v1. It is updated as a whole, so unknown metadata is carried along.</summary>
public sealed class Lease
{
    /// <summary>Group and version.</summary>
    public string ApiVersion { get; set; } = "coordination.k8s.io/v1";

    /// <summary>Kind.</summary>
    public string Kind { get; set; } = "Lease";

    /// <summary>Metadata as read, unknown fields included.</summary>
    public LeaseMeta Metadata { get; set; } = new();

    /// <summary>Who holds the lease, and since when.</summary>
    public LeaseSpec? Spec { get; set; }
}

/// <summary>Metadata of a lease: what the elector looks at, and the rest untouched.</summary>
public sealed class LeaseMeta
{
    /// <summary>Name.</summary>
    public string? Name { get; set; }

    /// <summary>Namespace.</summary>
    public string? Namespace { get; set; }

    /// <summary>Identity, for the events about it.</summary>
    public string? Uid { get; set; }

    /// <summary>Version, sent back with every update so that a second writer gets 409.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Labels.</summary>
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>Whatever else stands there.</summary>
    [JsonExtensionData]
    public Dictionary<string, System.Text.Json.JsonElement>? Others { get; set; }
}

/// <summary>The record of a lease (common contract 6.2).</summary>
public sealed class LeaseSpec
{
    /// <summary>Identity of the holder; empty when released.</summary>
    public string? HolderIdentity { get; set; }

    /// <summary>How long the holder may be silent, in whole seconds.</summary>
    public int? LeaseDurationSeconds { get; set; }

    /// <summary>When the holder took it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; set; }

    /// <summary>When the holder last renewed it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; set; }

    /// <summary>How often the holder changed.</summary>
    public int? LeaseTransitions { get; set; }
}
