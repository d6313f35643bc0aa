namespace Sidecars.Kubernetes.Objects;

/// <summary>One page of a list as the API server answers it.</summary>
/// <typeparam name="T">Kind of the items.</typeparam>
public sealed class ObjectList<T> where T : KubeObject
{
    /// <summary>Version of the list and the token of its next page.</summary>
    public ListMeta Metadata { get; set; } = new();

    /// <summary>Objects of this page, in the server's order.</summary>
    public List<T> Items { get; set; } = [];
}
