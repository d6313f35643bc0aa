namespace Sidecars.Kubernetes.Objects;

/// <summary>The body of a deletion.</summary>
public sealed class DeleteOptions
{
    /// <summary>Group and version.</summary>
    public string ApiVersion { get; set; } = "v1";

    /// <summary>Kind.</summary>
    public string Kind { get; set; } = "DeleteOptions";

    /// <summary>What must be true of the object.</summary>
    public DeletePreconditions? Preconditions { get; set; }

    /// <summary>Deletes the incarnation of that uid and no other.</summary>
    public static DeleteOptions Only(string uid) => new() { Preconditions = new DeletePreconditions { Uid = uid } };
}

/// <summary>What must be true of an object that is to be deleted.</summary>
public sealed class DeletePreconditions
{
    /// <summary>Its uid.</summary>
    public string? Uid { get; set; }
}
