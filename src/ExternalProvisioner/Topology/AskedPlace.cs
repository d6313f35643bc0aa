namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// Where a driver was asked to make a volume. As long as it may be at work, every repetition of the call asks for the same, though nodes come and
/// go; only another selected node is another question.
/// </summary>
/// <param name="Node">The node that was selected, or null.</param>
/// <param name="Requirement">What was asked; null where the driver was free to choose.</param>
internal sealed record AskedPlace(string? Node, PlaceRequirement? Requirement);
