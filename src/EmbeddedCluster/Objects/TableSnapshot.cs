using System.Collections.Immutable;

namespace Sidecars.EmbeddedCluster;

/// <summary>All objects of one resource at one version, in order of namespace and name. It never changes.</summary>
internal sealed record TableSnapshot(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, StoredObject>> Objects, long LastChange)
{
    public StoredObject? Find(string ns, string name) => Objects.TryGetValue(ns, out var names) ? names.GetValueOrDefault(name) : null;

    /// <summary>The objects of one namespace, or of all when the namespace is empty.</summary>
    public IEnumerable<StoredObject> In(string ns)
    {
        if (ns.Length > 0) return Objects.TryGetValue(ns, out var names) ? names.Values : [];
        return Objects.Values.SelectMany(names => names.Values);
    }

    public bool IsEmpty(string ns) => !Objects.ContainsKey(ns);
}
