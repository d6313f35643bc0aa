using Sidecars.Hosting.Metrics;

namespace Sidecars.Kubernetes.Watching;

/// <summary>What part of a resource is watched, and how.</summary>
public sealed record WatcherOptions
{
    /// <summary>Only this namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only objects with these labels, in the API's selector syntax; null for all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>
    /// Only objects with these values of fields, in the API's selector syntax; null for all. A server that does not select by them is asked for all: who
    /// takes the events in must be able to do with objects that he did not ask for.
    /// </summary>
    public string? FieldSelector { get; init; }

    /// <summary>Whether full lists are asked for as streams (<c>KUBE_FEATURE_WatchListClient</c>, common contract 1.6).</summary>
    public bool StreamsLists { get; init; } = true;

    /// <summary>Shortest life of a watch; each lives up to twice that, at random.</summary>
    public TimeSpan ShortestWatch { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where objects that cannot be read are counted; null counts nowhere.</summary>
    public MetricRegistry? Metrics { get; init; }

    /// <summary>Source of jitter, from 0 to below 1.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;
}
