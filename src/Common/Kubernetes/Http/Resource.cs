using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// A kind of object and where it lives: its path on the API server and how it is read. Paths are built here and nowhere else.
/// </summary>
/// <typeparam name="T">Type of the objects.</typeparam>
/// <param name="Prefix"><c>/api/v1</c> or <c>/apis/group/version</c>.</param>
/// <param name="Plural">Plural name, as in the path.</param>
/// <param name="IsNamespaced">Whether objects live in namespaces.</param>
/// <param name="Item">Reader and writer of one object.</param>
public sealed record Resource<T>(string Prefix, string Plural, bool IsNamespaced, JsonTypeInfo<T> Item)
    where T : KubeObject
{
    /// <summary>Path of the whole collection, across namespaces.</summary>
    public string CollectionPath => $"{Prefix}/{Plural}";

    /// <summary>Path of a collection in one namespace.</summary>
    public string In(string ns) => IsNamespaced ? $"{Prefix}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}" : CollectionPath;

    /// <summary>Path of one object, or of a subresource of it.</summary>
    public string Of(ObjectKey key, string? subresource = null)
    {
        var path = $"{(IsNamespaced ? In(key.Namespace ?? "default") : CollectionPath)}/{Uri.EscapeDataString(key.Name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
