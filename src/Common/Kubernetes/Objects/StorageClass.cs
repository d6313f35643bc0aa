using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>A storage class, as far as the sidecars read it.</summary>
public sealed class StorageClass : KubeObject
{
    /// <summary>Name of the driver that serves the class.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Provisioner { get; set; }

    /// <summary>Parameters, reserved keys included.</summary>
    public StringMap? Parameters { get; set; }

    /// <summary>Reclaim policy of new volumes.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? ReclaimPolicy { get; set; }

    /// <summary>Mount options of new volumes.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? MountOptions { get; set; }

    /// <summary><c>Immediate</c> or <c>WaitForFirstConsumer</c>; null is immediate.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeBindingMode { get; set; }

    /// <summary>Where volumes may be: one of these has to hold; null or none is anywhere.</summary>
    public List<TopologySelectorTerm>? AllowedTopologies { get; set; }

    /// <summary>A class of the same content, of which members may be set: one in a store is never changed.</summary>
    public StorageClass Copy() => (StorageClass)MemberwiseClone();
}
