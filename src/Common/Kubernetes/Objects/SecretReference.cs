using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>Names a secret. Says nothing of its content, so it may be logged.</summary>
/// <param name="Name">Name of the secret.</param>
/// <param name="Namespace">Its namespace.</param>
public sealed record SecretReference(
    [property: JsonConverter(typeof(PooledStringConverter))] string? Name,
    [property: JsonConverter(typeof(PooledStringConverter))] string? Namespace)
{
    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
