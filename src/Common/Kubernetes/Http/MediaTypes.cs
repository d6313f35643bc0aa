using System.Net.Http.Headers;

namespace Sidecars.Kubernetes.Http;

/// <summary>Media types of request bodies.</summary>
public static class MediaTypes
{
    /// <summary>A whole object.</summary>
    public static MediaTypeHeaderValue Json { get; } = new("application/json");

    /// <summary>RFC 7386: lists are replaced.</summary>
    public static MediaTypeHeaderValue MergePatch { get; } = new("application/merge-patch+json");

    /// <summary>RFC 6902: a list of steps.</summary>
    public static MediaTypeHeaderValue JsonPatch { get; } = new("application/json-patch+json");

    /// <summary>Kubernetes' own: lists are merged by the keys of their kind.</summary>
    public static MediaTypeHeaderValue StrategicMergePatch { get; } = new("application/strategic-merge-patch+json");
}
