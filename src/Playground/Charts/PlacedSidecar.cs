namespace Sidecars.Playground;

/// <summary>A sidecar on a node, and the container of a chart that says how it runs; null where the playground says so.</summary>
internal sealed record PlacedSidecar(SidecarProgram Program, PlaygroundNode Node, ChartContainer? Container);
