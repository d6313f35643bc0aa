using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>What the command line and the environment ask of the publishing of capacity.</summary>
internal sealed record CapacityOptions
{
    /// <summary>Whether capacity is published at all.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Items worked on at once.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Period in which the driver is asked about every item.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether classes with immediate binding count too.</summary>
    public bool CoversImmediateBinding { get; init; }

    /// <summary>Which owner of the pod owns the objects; 0 is the pod itself, less is nobody.</summary>
    public int OwnerLevel { get; init; } = 1;

    /// <summary>How fast objects are written.</summary>
    public RequestRate Rate { get; init; } = new(1, 5);

    /// <summary>Where the objects live: <c>NAMESPACE</c>; empty where it is not set.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The pod whose owner owns the objects: <c>POD_NAME</c>; empty where it is not set.</summary>
    public string PodName { get; init; } = "";
}
