namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Keys of the work: <c>namespace/name</c>, or the name alone for objects of the cluster.</summary>
internal static class ObjectKey
{
    public static string Of(StoredObject stored) => Of(stored.Namespace, stored.Name);

    public static string Of(string ns, string name) => ns.Length > 0 ? $"{ns}/{name}" : name;

    public static (string Namespace, string Name) Parse(string key) =>
        key.Split('/') is [var ns, var name] ? (ns, name) : ("", key);

    /// <summary>The object of a key, or null when it is gone.</summary>
    public static StoredObject? Find(this Storage storage, string resource, string key)
    {
        var (ns, name) = Parse(key);
        return storage.Get(resource, ns, name).Object;
    }
}
