namespace Sidecars.Kubernetes.Objects;

/// <summary>A namespace's permission for objects of other namespaces to refer to objects of its own.</summary>
public sealed class ReferenceGrant : KubeObject
{
    /// <summary>Who may refer to what.</summary>
    public GrantSpec Spec
    {
        get;
        set => field = value ?? new(); // a server may send null
    } = new();
}

/// <summary>Who may refer to what: each of these to each of those.</summary>
public sealed class GrantSpec
{
    /// <summary>Who may.</summary>
    public List<GrantFrom>? From { get; set; }

    /// <summary>To what.</summary>
    public List<GrantTo>? To { get; set; }
}

/// <summary>Objects that may refer: all of a kind in a namespace.</summary>
public sealed class GrantFrom
{
    /// <summary>Group of the kind; empty for the core group.</summary>
    public string? Group { get; set; }

    /// <summary>Kind.</summary>
    public string? Kind { get; set; }

    /// <summary>Their namespace.</summary>
    public string? Namespace { get; set; }
}

/// <summary>Objects that may be referred to: one, or all of a kind in the grant's namespace.</summary>
public sealed class GrantTo
{
    /// <summary>Group of the kind; empty for the core group.</summary>
    public string? Group { get; set; }

    /// <summary>Kind.</summary>
    public string? Kind { get; set; }

    /// <summary>Name of the one; null or empty for all.</summary>
    public string? Name { get; set; }
}
