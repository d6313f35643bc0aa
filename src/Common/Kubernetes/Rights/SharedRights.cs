namespace Sidecars.Kubernetes.Rights;

/// <summary>Rights that are not one sidecar's alone.</summary>
public static class SharedRights
{
    /// <summary>To tell users what happens to their objects.</summary>
    public static RequiredRight Events { get; } = new("event on the objects", "", "events", "create", "patch");

    /// <summary>To be the one that works, under a name.</summary>
    public static IEnumerable<RequiredRight> Lease(string ns, string name) =>
    [
        new("leader election", "coordination.k8s.io", "leases", "create") { Namespace = ns },
        new("leader election", "coordination.k8s.io", "leases", "get", "update") { Namespace = ns, Name = name },
    ];
}
