using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>Stands for a sub-object of which only the presence is of interest; its content is passed over while reading.</summary>
[JsonConverter(typeof(PresenceOnlyConverter))]
public sealed class PresenceOnly
{
    /// <summary>The one value.</summary>
    public static readonly PresenceOnly Present = new();

    private PresenceOnly() { }
}
