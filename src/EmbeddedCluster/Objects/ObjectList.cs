namespace Sidecars.EmbeddedCluster;

/// <summary>A consistent list.</summary>
/// <param name="Items">The objects in order of namespace and name.</param>
/// <param name="Version">The version the list stands for; a watch from here misses nothing.</param>
public sealed record ObjectList(IReadOnlyList<StoredObject> Items, long Version);
