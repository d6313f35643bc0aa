namespace Sidecars.ClusterDriverRegistrar.Driver;

/// <summary>What the driver says of itself, as far as the cluster is to know it.</summary>
/// <param name="Name">Its name, never empty.</param>
/// <param name="NeedsAttach">Whether its volumes are attached to nodes before they are used there.</param>
internal sealed record DriverFacts(string Name, bool NeedsAttach);
