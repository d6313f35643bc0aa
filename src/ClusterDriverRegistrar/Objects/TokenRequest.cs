using System.Text.Json.Serialization;

namespace Sidecars.ClusterDriverRegistrar.Objects;

/// <summary>A token of the pod's service account that the driver is to be given.</summary>
internal sealed record TokenRequest
{
    /// <summary>For whom the token is; the empty text is the API server.</summary>
    [JsonRequired]
    public string? Audience { get; init; }

    /// <summary>How long it is valid; null leaves it to the server.</summary>
    public long? ExpirationSeconds { get; init; }
}
