namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// The question whether the caller himself may do something (<c>SelfSubjectAccessReview</c> of <c>authorization.k8s.io/v1</c>), and the answer. Whoever has a
/// token may ask; nothing is kept.
/// </summary>
public sealed class AccessReview
{
    /// <summary>API version.</summary>
    public string ApiVersion { get; set; } = "authorization.k8s.io/v1";

    /// <summary>Kind.</summary>
    public string Kind { get; set; } = "SelfSubjectAccessReview";

    /// <summary>The question.</summary>
    public AccessReviewSpec Spec { get; set; } = new();

    /// <summary>The answer.</summary>
    public AccessReviewStatus? Status { get; set; }
}

/// <summary>What is asked.</summary>
public sealed class AccessReviewSpec
{
    /// <summary>The request that is asked about.</summary>
    public ResourceAttributes ResourceAttributes { get; set; } = new();
}

/// <summary>A request in the terms of roles.</summary>
public sealed class ResourceAttributes
{
    /// <summary>Namespace; absent for objects of the cluster, and for all namespaces.</summary>
    public string? Namespace { get; set; }

    /// <summary>Verb.</summary>
    public string? Verb { get; set; }

    /// <summary>API group; absent for the core group.</summary>
    public string? Group { get; set; }

    /// <summary>Plural.</summary>
    public string? Resource { get; set; }

    /// <summary>Subresource, such as <c>status</c>.</summary>
    public string? Subresource { get; set; }

    /// <summary>Object; absent for all.</summary>
    public string? Name { get; set; }
}

/// <summary>What the server says to it.</summary>
public sealed class AccessReviewStatus
{
    /// <summary>Whether the request would be let through.</summary>
    public bool Allowed { get; set; }
}
