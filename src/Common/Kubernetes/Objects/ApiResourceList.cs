namespace Sidecars.Kubernetes.Objects;

/// <summary>The answer to a discovery request for one group and version.</summary>
public sealed class ApiResourceList
{
    /// <summary>The resources served.</summary>
    public List<ApiResource> Resources { get; set; } = [];
}

/// <summary>One resource that is served.</summary>
public sealed class ApiResource
{
    /// <summary>Plural name.</summary>
    public string? Name { get; set; }

    /// <summary>Kind.</summary>
    public string? Kind { get; set; }

    /// <summary>Whether its objects live in namespaces.</summary>
    public bool Namespaced { get; set; }
}
