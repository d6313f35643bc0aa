namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// Names one object of a kind: by namespace and name, or by name alone where the kind is cluster-wide. A value, so that a
/// look-up allocates nothing; its text is the form logs use (common contract 15).
/// </summary>
/// <param name="Namespace">The namespace, or null for a cluster-wide kind.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    /// <summary><c>namespace/name</c>, or <c>name</c>.</summary>
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";
}
