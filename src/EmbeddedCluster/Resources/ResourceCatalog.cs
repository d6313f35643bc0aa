using System.Collections.Immutable;

namespace Sidecars.EmbeddedCluster;

/// <summary>Every served resource: the built-in ones, and those that CustomResourceDefinitions add while the cluster runs.</summary>
internal sealed class ResourceCatalog
{
    private readonly ImmutableArray<ResourceDefinition> _builtIn;
    private readonly Lock _gate = new();
    private volatile Snapshot _snapshot;

    /// <param name="notServed">Built-in resources to leave out, as <see cref="ClusterOptions.NotServed"/>.</param>
    public ResourceCatalog(IReadOnlyCollection<string> notServed)
    {
        _builtIn = [.. BuiltInResources.All.Where(resource => !notServed.Contains(resource.GroupResource))];
        _snapshot = Snapshot.Of(_builtIn, ImmutableDictionary<string, ImmutableArray<ResourceDefinition>>.Empty);
    }

    private sealed record Snapshot(
        ImmutableDictionary<string, ImmutableArray<ResourceDefinition>> Custom,
        ImmutableArray<ResourceDefinition> All,
        Dictionary<(string Group, string Version, string Plural), ResourceDefinition> ByPath,
        Dictionary<string, ResourceDefinition> ByName)
    {
        public static Snapshot Of(IReadOnlyList<ResourceDefinition> builtIn, ImmutableDictionary<string, ImmutableArray<ResourceDefinition>> custom)
        {
            ImmutableArray<ResourceDefinition> all = [.. builtIn, .. custom.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value)];
            var byName = new Dictionary<string, ResourceDefinition>(StringComparer.Ordinal);
            foreach (var resource in all)
            {
                byName.TryAdd(resource.GroupResource, resource);
                byName.TryAdd(resource.Plural, resource);
            }
            return new(custom, all, all.ToDictionary(resource => (resource.Group, resource.Version, resource.Plural)), byName);
        }
    }

    public IReadOnlyList<ResourceDefinition> All => _snapshot.All;

    /// <summary>The resource at a path; null when it is not served.</summary>
    public ResourceDefinition? Find(string group, string version, string plural) => _snapshot.ByPath.GetValueOrDefault((group, version, plural));

    /// <summary>The storage version of a resource by plural, or by plural and group joined with a dot.</summary>
    public ResourceDefinition? Find(string name) => _snapshot.ByName.GetValueOrDefault(name);

    public bool Serves(string group, string version) => _snapshot.All.Any(resource => resource.Group == group && resource.Version == version);

    public bool Serves(string group) => _snapshot.All.Any(resource => resource.Group == group);

    public bool HasBuiltIn(string group) => _builtIn.Any(resource => resource.Group == group);

    /// <summary>Serves what a CustomResourceDefinition defines, in place of what it defined before. The storage version comes first.</summary>
    public void Serve(string definition, ImmutableArray<ResourceDefinition> versions)
    {
        lock (_gate) _snapshot = Snapshot.Of(_builtIn, _snapshot.Custom.SetItem(definition, versions));
    }

    public void Withdraw(string definition)
    {
        lock (_gate) _snapshot = Snapshot.Of(_builtIn, _snapshot.Custom.Remove(definition));
    }
}
